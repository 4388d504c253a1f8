#include <gmock/gmock.h>

#include <monolite/base/error.h>
#include <monolite/http/router.h>
#include <monolite/http/testing.h>

namespace monolite::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Answers with its own name and the parameters it was given.
Handler named(std::string name) {
  return [name = std::move(name)](Request& request) {
    std::string body = name;
    for (const std::string_view param : {"id", "post_id", "rest", "slug"})
      if (const auto value = request.params().find(param)) body.append(" ").append(param).append("=").append(*value);
    return text(std::move(body));
  };
}

struct PostsController {
  Response index(Request& r) { return named("index")(r); }
  Response new_page(Request& r) { return named("new")(r); }
  Response create(Request& r) { return named("create")(r); }
  Response show(Request& r) const { return named("show")(r); }
  Response edit(Request& r) { return named("edit")(r); }
  Response update(Request& r) { return named("update")(r); }
  Response destroy(Request& r) { return named("destroy")(r); }
};

struct CommentsController {
  Response create(Request& r) { return named("comment")(r); }
};

struct RouterTest : ::testing::Test {
  std::string ask(Method method, std::string target, const testing::Form& form = {}) {
    const auto reply = client.send(method, std::move(target), form);
    return reply.status == 200 ? reply.body : std::to_string(reply.status);
  }
  std::string get(std::string target) { return ask(Method::kGet, std::move(target)); }
  std::vector<std::string> table() const {
    std::vector<std::string> lines;
    for (const Route& route : router.routes()) {
      lines.push_back(std::string(name_of(route.method)) + " " + route.pattern + " " + route.name + " " + route.label);
    }
    return lines;
  }

  Router router;
  PostsController posts;
  CommentsController comments;
  testing::Client client{[this](Request& request) { return router.handle(request); }};
};

TEST_F(RouterTest, MatchesByMethodAndPath) {
  router.get("/", named("root"));
  router.get("/posts/:id", named("show"));
  router.post("/posts/:id", named("post"));
  router.put("/put", named("put"));
  router.patch("/patch", named("patch"));
  router.delete_("/delete", named("delete"));
  EXPECT_EQ(get("/"), "root");
  EXPECT_EQ(get("/?page=2"), "root");
  EXPECT_EQ(get("/posts/5"), "show id=5");
  EXPECT_EQ(ask(Method::kPost, "/posts/5"), "post id=5");
  EXPECT_EQ(ask(Method::kPut, "/put"), "put");
  EXPECT_EQ(ask(Method::kPatch, "/patch"), "patch");
  EXPECT_EQ(ask(Method::kDelete, "/delete"), "delete");
}

TEST_F(RouterTest, WhatIsNotRoutedDoesNotExist) {
  router.get("/posts/:id", named("show"));
  for (const std::string target : {"/", "/posts", "/posts/", "/posts//", "/posts/1/2", "/Posts/1", "//posts/1",
                                   "/posts//1", "/post/1", "/posts/1//"}) {
    EXPECT_EQ(get(target), "404") << target;
  }
  // Not 405: see the router's comment.
  EXPECT_EQ(ask(Method::kPost, "/posts/1"), "404");
  EXPECT_EQ(ask(Method::kOptions, "/posts/1"), "404");
}

TEST_F(RouterTest, ATrailingSlashMeansNothing) {
  router.get("/posts", named("index"));
  router.get("/posts/:id", named("show"));
  EXPECT_EQ(get("/posts/"), "index");
  EXPECT_EQ(get("/posts/1/"), "show id=1");
}

TEST_F(RouterTest, TheFirstDeclaredWins) {
  router.get("/posts/:id", named("pattern"));
  router.get("/posts/new", named("too late"));
  EXPECT_EQ(get("/posts/new"), "pattern id=new");
  router.get("/users/new", named("literal"));
  router.get("/users/:id", named("pattern"));
  EXPECT_EQ(get("/users/new"), "literal");
  EXPECT_EQ(get("/users/1"), "pattern id=1");
}

TEST_F(RouterTest, DecodesSegmentsAfterCutting) {
  router.get("/tags/:slug", named("tag"));
  router.get("/a/b", named("literal"));
  EXPECT_EQ(get("/tags/c%2B%2B%20%C3%A9"), "tag slug=c++ é");
  EXPECT_EQ(get("/tags/a%2Fb"), "tag slug=a/b");
  EXPECT_EQ(get("/tags/a+b"), "tag slug=a+b");
  EXPECT_EQ(get("/%61/b"), "literal");
  EXPECT_EQ(get("/a%2Fb"), "404");
}

TEST_F(RouterTest, AnUndecodablePathIsABadRequest) {
  router.get("/tags/:slug", named("tag"));
  for (const std::string target :
       {"/tags/%", "/tags/%4", "/tags/%zz", "/tags/%00", "/tags/%ff", "/nowhere/%c0%af", "/tags/\xFF"}) {
    EXPECT_EQ(get(target), "400") << target;
  }
}

TEST_F(RouterTest, AStarTakesTheRest) {
  router.get("/files/*rest", named("files"));
  EXPECT_EQ(get("/files/a"), "files rest=a");
  EXPECT_EQ(get("/files/a/b%20c/d"), "files rest=a/b c/d");
  EXPECT_EQ(get("/files"), "404");
  std::string deep = "/files";
  for (int i = 0; i < 100; ++i) deep.append("/x");
  EXPECT_THAT(get(deep), ::testing::StartsWith("files rest=x/x/x"));
  EXPECT_EQ(get(deep).size(), std::string("files rest=").size() + 199);
}

TEST_F(RouterTest, PathsOfManySegmentsMatchNoShortPattern) {
  router.get("/:id/:slug", named("two"));
  std::string deep;
  for (int i = 0; i < 500; ++i) deep.append("/x");
  EXPECT_EQ(get(deep), "404");
}

TEST_F(RouterTest, HeadIsServedByGet) {
  router.get("/posts", named("index"));
  const auto reply = client.send(Method::kHead, "/posts");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(client.send(Method::kHead, "/nowhere").status, 404);
}

TEST_F(RouterTest, FormsMayNameTheirMethod) {
  router.patch("/posts/:id", named("patch"));
  router.delete_("/posts/:id", named("delete"));
  router.post("/posts/:id", named("post"));
  EXPECT_EQ(ask(Method::kPost, "/posts/1", {{"_method", "patch"}}), "patch id=1");
  EXPECT_EQ(ask(Method::kPost, "/posts/1", {{"_method", "DELETE"}}), "delete id=1");
  EXPECT_EQ(ask(Method::kPost, "/posts/1", {{"_method", "get"}}), "post id=1");
  EXPECT_EQ(ask(Method::kPost, "/posts/1?_method=delete"), "post id=1");
  EXPECT_EQ(ask(Method::kPost, "/posts/1"), "post id=1");
}

TEST_F(RouterTest, ResourcesMapToTheMethodsThatExist) {
  router.resources("posts", posts);
  router.resources("comments", comments);
  EXPECT_THAT(table(), ElementsAre("GET /posts posts posts#index", "GET /posts/new new_post posts#new",
                                   "POST /posts posts posts#create", "GET /posts/:id post posts#show",
                                   "GET /posts/:id/edit edit_post posts#edit", "PATCH /posts/:id post posts#update",
                                   "PUT /posts/:id post posts#update", "DELETE /posts/:id post posts#destroy",
                                   "POST /comments comments comments#create"));
  EXPECT_EQ(get("/posts/new"), "new");
  EXPECT_EQ(ask(Method::kPut, "/posts/3"), "update id=3");
  EXPECT_EQ(get("/comments"), "404");
}

TEST_F(RouterTest, ResourcesCanBeNarrowed) {
  router.resources("posts", posts, only(Action::kIndex, Action::kShow));
  EXPECT_EQ(get("/posts"), "index");
  EXPECT_EQ(get("/posts/new"), "show id=new");
  EXPECT_EQ(ask(Method::kPost, "/posts"), "404");
}

TEST_F(RouterTest, ExceptLeavesOut) {
  router.resources("posts", posts, except(Action::kDestroy));
  EXPECT_EQ(ask(Method::kDelete, "/posts/1"), "404");
  EXPECT_EQ(ask(Method::kPatch, "/posts/1"), "update id=1");
}

TEST_F(RouterTest, AnActionThatTheControllerLacksIsABug) {
  EXPECT_THROW(router.resources("comments", comments, only(Action::kIndex)), base::Error);
}

TEST_F(RouterTest, NestedResourcesKnowTheirParent) {
  router.nested("posts", [&] { router.resources("comments", comments); });
  EXPECT_THAT(table(), ElementsAre("POST /posts/:post_id/comments post_comments comments#create"));
  EXPECT_EQ(ask(Method::kPost, "/posts/7/comments"), "comment post_id=7");
}

TEST_F(RouterTest, ASingularResourceHasNoId) {
  router.resource("user", posts, only(Action::kEdit, Action::kUpdate, Action::kDestroy));
  EXPECT_THAT(table(), ElementsAre("GET /user/edit edit_user user#edit", "PATCH /user user user#update",
                                   "PUT /user user user#update", "DELETE /user user user#destroy"));
  EXPECT_EQ(get("/user"), "404");
}

TEST_F(RouterTest, ScopesPrefixPathsNamesAndLabels) {
  router.scope("/admin", [&] {
    router.get("/", named("dashboard"));
    router.resources("posts", posts, only(Action::kShow));
  });
  EXPECT_THAT(table(), ElementsAre("GET /admin  ", "GET /admin/posts/:id admin_post admin/posts#show"));
  EXPECT_EQ(get("/admin"), "dashboard");
  EXPECT_EQ(get("/admin/posts/1"), "show id=1");
  EXPECT_EQ(get("/posts/1"), "404");
}

TEST_F(RouterTest, IrregularPluralsAreNamed) {
  router.nested({"people", "person"}, [&] { router.resources("categories", posts, only(Action::kShow)); });
  EXPECT_THAT(table(), ElementsAre("GET /people/:person_id/categories/:id person_category categories#show"));
}

TEST_F(RouterTest, AConstraintHidesRoutes) {
  bool signed_in = false;
  router.constrain([&](Request&) { return signed_in; }, [&] { router.get("/posts/new", named("new")); });
  router.get("/posts/:id", named("show"));
  EXPECT_EQ(get("/posts/new"), "show id=new");
  signed_in = true;
  EXPECT_EQ(get("/posts/new"), "new");
}

TEST_F(RouterTest, ConstraintsNestAndSeeTheParameters) {
  router.constrain([](Request& request) { return request.params()["id"] != "0"; },
                   [&] {
                     router.constrain([](Request& request) { return request.header("X-Admin").has_value(); },
                                      [&] { router.get("/:id", named("both")); });
                     router.get("/:id", named("outer"));
                   });
  EXPECT_EQ(get("/1"), "outer id=1");
  EXPECT_EQ(get("/0"), "404");
  Headers headers;
  headers.add("X-Admin", "1");
  EXPECT_EQ(client.send(Method::kGet, "/1", {}, headers).body, "both id=1");
}

TEST_F(RouterTest, AConstraintEndsWithItsBlock) {
  router.constrain([](Request&) { return false; }, [] {});
  router.get("/", named("free"));
  EXPECT_EQ(get("/"), "free");
  EXPECT_THROW(router.scope("/x", [] { throw std::runtime_error("declaring failed"); }), std::runtime_error);
  router.get("/y", named("y"));
  EXPECT_EQ(get("/y"), "y");
}

TEST_F(RouterTest, GuardsRunAfterTheMatchAndMayAnswer) {
  std::vector<std::string> seen;
  router.before([&](Request&, const Route& route) -> std::optional<Response> {
    seen.push_back(route.label);
    if (route.csrf == CsrfCheck::kExempt) return std::nullopt;
    return Response(Status::kUnprocessable);
  });
  router.get("/guarded", named("guarded")).label("a#guarded");
  router.get("/exempt", named("exempt")).name("exempt").label("a#exempt").without_csrf();
  EXPECT_EQ(get("/guarded"), "422");
  EXPECT_EQ(get("/exempt"), "exempt");
  EXPECT_EQ(get("/nowhere"), "404");
  EXPECT_THAT(seen, ElementsAre("a#guarded", "a#exempt"));
}

TEST_F(RouterTest, TheFallbackAnswersTheRest) {
  router.get("/posts", named("index"));
  router.fallback(named("fallback"));
  EXPECT_EQ(get("/posts"), "index");
  EXPECT_EQ(get("/icon.png"), "fallback");
  EXPECT_EQ(ask(Method::kPost, "/posts"), "fallback");
}

TEST_F(RouterTest, TheRequestKnowsItsRoute) {
  std::string label = "unset";
  router
      .get("/posts/:id",
           [&](Request& request) {
             label = request.route()->label;
             return text("");
           })
      .label("posts#show");
  get("/posts/1");
  EXPECT_EQ(label, "posts#show");
}

TEST_F(RouterTest, ActionsBindMethodsOfAnObject) {
  router.get("/new", action(posts, &PostsController::index));
  router.get("/const", action(posts, &PostsController::show));
  EXPECT_EQ(get("/new"), "index");
  EXPECT_EQ(get("/const"), "show");
}

TEST_F(RouterTest, BadPatternsAreBugs) {
  for (const std::string_view bad :
       {"", "posts", "/posts//x", "/:", "/:1x", "/a:b", "/*", "/*rest/more", "/a?b", "/%41"}) {
    EXPECT_THROW(router.get(bad, named("x")), base::Error) << bad;
  }
  EXPECT_THROW(router.get("/x", Handler()), base::Error);
  EXPECT_THROW(router.scope("admin", [] {}), base::Error);
  EXPECT_THAT(router.routes(), IsEmpty());
}

}  // namespace
}  // namespace monolite::http
