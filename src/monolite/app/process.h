#pragma once

namespace monolite::app {

/// Settings of the process that suit a server; called once by `main`, before it makes threads.
///
/// The allocator keeps up to 32 MiB of freed memory per arena. As shipped it returns anything above 128 KiB to the
/// kernel at once, so that a 62 KB page costs page faults for its buffers on every request (a third of its time).
void tune_process();

}  // namespace monolite::app
