// Before the page's program has started, and where it never does.
import type { Route } from "@playwright/test";
import type { Node } from "../fixtures/node.ts";
import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

const WASM = /\.wasm(\?.*)?$/;

/** In the room, with forms only. */
async function joinsPlainly(person: Person, node: Node) {
  await person.asksToJoin(node, person.name);
  await expect(person.composer).toBeVisible();
}

/** Posts by the form and the page that answers it. */
async function postsPlainly(person: Person, text: string) {
  await person.composer.fill(text);
  await Promise.all([
    person.page.waitForEvent("domcontentloaded"),
    person.page.getByRole("button", { name: "Send" }).click(),
  ]);
}

test("while the program is 3 s late one reads and posts, and what is typed is kept", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await bob.joins(node);
  await bob.says("said before");

  await ann.page.route(WASM, async (route: Route) => {
    const answer = await route.fetch();
    await new Promise((resolve) => setTimeout(resolve, 3_000)); // the slow network this test is about
    await route.fulfill({ response: answer });
  });
  await joinsPlainly(ann, node);
  await expect(ann.page.locator("html")).toHaveAttribute("data-state", "plain");
  await ann.sees("said before");
  await postsPlainly(ann, "posted by the form");
  await bob.sees("posted by the form");
  await ann.sees("posted by the form");
  await ann.composer.pressSequentially("typed early");
  await expect(ann.page.locator("html")).toHaveAttribute("data-state", "plain");

  await ann.isConnected();
  await expect(ann.composer).toHaveValue("typed early");
  await ann.composer.press("Enter");
  await ann.seesSent("typed early");
  await ann.sees("posted by the form");
  await bob.sees("typed early");
});

test("where the program cannot load, the page says so and its forms work", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await bob.joins(node);
  ann.expects(/wasm|ERR_FAILED|Failed to (fetch|load)/i);
  await ann.page.route(WASM, (route) => route.abort());
  await joinsPlainly(ann, node);
  await expect(ann.page.locator("html")).toHaveAttribute("data-state", "failed");
  await expect(ann.page.getByRole("alert").filter({ hasText: "could not start" })).toBeVisible();
  await postsPlainly(ann, "still here");
  await bob.sees("still here");
  await ann.sees("still here");
});

test.describe("without JavaScript", () => {
  test("one joins, reads and posts", async ({ cluster, bring, bob }) => {
    const node = await cluster.startsOne();
    await bob.joins(node);
    await bob.says("hello, old browser");
    const ann = await bring("Ann", { javaScriptEnabled: false });
    await joinsPlainly(ann, node);
    await ann.sees("hello, old browser");
    await postsPlainly(ann, "hello back");
    await ann.sees("hello back");
    await bob.sees("hello back");
  });

  test("one opens the list of rooms, makes a room, talks there, and talks to somebody alone", async ({ cluster, bring, bob }) => {
    const node = await cluster.startsOne();
    await bob.joins(node);
    const ann = await bring("Ann", { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
    await joinsPlainly(ann, node);
    await ann.page.getByRole("link", { name: "Rooms" }).click();
    await ann.rooms.getByRole("link", { name: "New room" }).click();
    await ann.page.getByRole("textbox", { name: "Name", exact: true }).fill("Garden");
    await ann.page.getByRole("button", { name: "Make room" }).click();
    await postsPlainly(ann, "said in the garden");
    await ann.sees("said in the garden");
    await bob.joinsRoom("Garden");
    await bob.sees("said in the garden");
    await ann.page.setViewportSize({ width: 1200, height: 800 });
    await ann.page.goto(`${node.url}/rooms/lobby`);
    await ann.people.getByRole("button", { name: "Bob" }).click();
    await postsPlainly(ann, "only for you");
    await expect(bob.room("Ann")).toHaveAccessibleName("Ann, 1 unread");
  });
});
