// What is measured, and what it should reach. A group's variants run in turn, so they share the machine's good and bad
// minutes; only figures of one group are comparable.
import { memory_mib } from "./harness/processes.mjs";
import { get } from "./harness/load.mjs";
import { median } from "./harness/statistics.mjs";
import { CeilingVariant, NginxVariant, ServerVariant } from "./harness/variants.mjs";

const at_least = (figure, least, text) => ({ figure, text, reached: (value) => value >= least });
const at_most = (figure, most, text) => ({ figure, text, reached: (value) => value <= most });
const rate = (least) => at_least("per_second", least, `>= ${least.toLocaleString("en-US")}/s`);
const ratio = (least) => at_least("ratio", least, `>= ${least.toFixed(2)}x`);
const tail = (most) => at_most("p9999_ms", most, `p99.99 <= ${most} ms`);
const memory = (most) => at_most("mib", most, `< ${most} MiB`);

const NOTHING = { users: 0, posts: 0, comments: 0, sessions: 0 };

/// Rows that one 200 of each action adds, besides the session of its sign-in. The mixed ones draw: only the session.
const BENCHMARKING = [
  { action: "posts_index", added: { posts: 0, comments: 0 }, goals: [rate(12_000)] },
  { action: "post_create", added: { posts: 1, comments: 0 }, goals: [rate(15_000)] },
  { action: "post_show", added: { posts: 0, comments: 0 } },
  { action: "user_show", added: { posts: 0, comments: 0 } },
  { action: "comment_create", added: { posts: 0, comments: 1 } },
  { action: "comment_destroy", added: { posts: 0, comments: -1 }, destroys: true },
  { action: "post_destroy", added: { posts: -1 }, destroys: true },
  { action: "read_heavy", added: {} },
  { action: "balanced", added: {} },
  { action: "write_heavy", added: {} },
];

/// More than such an action can destroy in the time it gets: an empty table answers with an error.
const DESTROYED_PER_SECOND = 30_000;

function benchmarking_group({ action, added, goals = [], destroys = false }) {
  const name = `benchmarking/${action}`;
  return {
    name,
    variants: (bench, { total_seconds }) => [
      new ServerVariant(bench, {
        name,
        path: `/benchmarking/${action}`,
        method: "POST",
        expected: { ...added, users: 0, sessions: 1 },
        extra_posts: destroys ? DESTROYED_PER_SECOND * total_seconds : 0,
      }),
    ],
    rows: { [name]: { goals } },
  };
}

const hello = (bench, name, flags = []) =>
  new ServerVariant(bench, { name, path: "/bench/hello", flags, expected: NOTHING });

function create_group(name, connections, goals) {
  const expected = { ...NOTHING, posts: 1 };
  const ceiling = `${name} in process`;
  return {
    name,
    variants: (bench) => [
      new CeilingVariant(bench, { name: ceiling, connections }),
      new ServerVariant(bench, { name, path: "/bench/create", method: "POST", connections, expected }),
    ],
    rows: { [name]: { rival: ceiling, goals } },
  };
}

export const GROUPS = [
  {
    name: "index",
    variants: (bench) => [
      new NginxVariant(bench, { name: "nginx static" }),
      new ServerVariant(bench, { name: "index", path: "/bench/index", expected: NOTHING }),
    ],
    rows: { index: { rival: "nginx static", goals: [ratio(0.4)] } },
  },
  {
    name: "show",
    variants: (bench) => [
      hello(bench, "hello"),
      new ServerVariant(bench, { name: "show", path: "/bench/show", expected: NOTHING }),
    ],
    rows: { show: { rival: "hello", goals: [ratio(0.6)] } },
  },
  create_group("create", 20, [rate(30_000), tail(8)]),
  create_group("create/256", 256, [rate(55_000)]),
  ...BENCHMARKING.map(benchmarking_group),
  {
    name: "fiber",
    slices: 4, // 5 % is below the noise of a few long runs: many short ones in turn
    variants: (bench) => [
      hello(bench, "hello inline", ["--mode", "inline"]),
      hello(bench, "hello fiber", ["--mode", "fiber"]),
    ],
    rows: { "hello fiber": { rival: "hello inline", goals: [ratio(0.95)] } },
  },
  { name: "memory", measure: measure_memory },
  { name: "start", measure: measure_start },
];

function memory_row(name, connections, mib, goals) {
  return { name, connections, value: `${mib.toFixed(1)} MiB`, measured: { mib }, goals };
}

/// Resident memory: after every kind of page was asked for once, and the most there was under load.
async function measure_memory(bench, { seconds }) {
  const connections = 256;
  const server = new ServerVariant(bench, { name: "memory", path: "/bench/index", connections, expected: NOTHING });
  await server.start();
  for (const page of ["/", "/posts/1", "/users/1", "/bench/index"]) await get(server.greeting.port, page);
  const idle = memory_mib(server.pid, "VmRSS");
  await server.load(seconds);
  const most = memory_mib(server.pid, "VmHWM");
  const problems = await server.stop();
  return [
    { ...memory_row("memory, idle", 0, idle, [memory(40)]), problems: [] },
    { ...memory_row("memory, index", connections, most, [memory(100)]), problems },
  ];
}

/// From the start of the process to its "I listen", on a seeded database.
async function measure_start(bench) {
  const times = [];
  const problems = [];
  for (let i = 0; i < 5; ++i) {
    const server = new ServerVariant(bench, { name: "start", expected: NOTHING });
    await server.start();
    times.push(server.started_in_ms);
    problems.push(...(await server.stop()));
  }
  const ms = median(times);
  const range = `${Math.min(...times).toFixed(0)}-${Math.max(...times).toFixed(0)}`;
  return [{ name: "start-up", value: `${ms.toFixed(0)} ms (${range})`, measured: { ms }, goals: [], problems }];
}
