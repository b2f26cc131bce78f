// Talk that is not for everybody.
import { expect, test } from "../fixtures/test.ts";

test("two people talk alone, on two nodes, and a third sees nothing of it", { tag: "@two-nodes" }, async ({ cluster, ann, bob, bring }) => {
  const [here, there] = await cluster.startsTwo();
  const cyd = await bring("Cyd");
  await ann.joins(here);
  await bob.joins(there);
  await cyd.joins(there);
  await ann.seesOnline("Ann", "Bob", "Cyd");
  await ann.talksTo("Bob");
  await expect(ann.log.getByText("Only you and Bob can read this")).toBeVisible();
  await ann.says("between us");
  // It comes to Bob by itself.
  await expect(bob.room("Ann")).toHaveAccessibleName("Ann, 1 unread");
  await expect(bob.room("Ann")).toContainText("between us");
  await bob.opens("Ann");
  await bob.sees("between us");
  await bob.says("of course");
  await ann.sees("of course");
  await expect(cyd.rooms.getByRole("link", { name: /Ann|Bob/ })).toHaveCount(0);
  const talk = new URL(ann.page.url()).pathname;
  cyd.expects(/404/);
  const answer = await cyd.page.goto(`${there.url}${talk}`);
  expect(answer?.status()).toBe(404);
  const none = await cyd.page.goto(`${there.url}/rooms/no-such-room`);
  expect(none?.status()).toBe(404);
});

test("both who open a talk at once are in the same one", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await bob.joins(node);
  await ann.seesOnline("Ann", "Bob");
  await bob.seesOnline("Ann", "Bob");
  await Promise.all([ann.talksTo("Bob"), bob.talksTo("Ann")]);
  await ann.says("same place?");
  await bob.sees("same place?");
  // The second time it is there already, and opens without the page being loaded.
  await ann.opens("Lobby");
  await ann.page.evaluate(() => (document.body.dataset.same = "page"));
  await ann.talksTo("Bob");
  await expect(ann.page.locator("body")).toHaveAttribute("data-same", "page");
});

test("a private room is seen by those let in, from then on", async ({ cluster, ann, bob, bring }) => {
  const node = await cluster.startsOne();
  const cyd = await bring("Cyd");
  await ann.joins(node);
  await bob.joins(node);
  await cyd.joins(node);
  await ann.makesRoom("Surprise", "By invitation");
  await ann.says("a cake for Cyd");
  await ann.page.getByRole("link", { name: "About this room" }).click();
  await ann.page.getByRole("textbox", { name: "Name of whom to let in" }).fill("Bob");
  await ann.page.getByRole("button", { name: "Let in" }).click();
  await expect(bob.room("Surprise")).toBeVisible();
  await bob.opens("Surprise");
  await expect(bob.log.getByText("Ann let Bob in")).toBeVisible();
  await expect(bob.message("a cake for Cyd")).toHaveCount(0);
  await expect(bob.people.getByRole("listitem")).toHaveCount(2);
  await expect(cyd.room("Surprise")).toHaveCount(0);
  await bob.says("with candles");
  await ann.page.goBack();
  await ann.page.goBack();
  await ann.isIn("Surprise");
  await ann.sees("with candles");
});

test("a message for me is a notification while I am elsewhere, once for all my tabs", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.page.context().addInitScript(() => {
    // Stands in for the browser's own: what would be shown, and what was asked.
    class Shown {
      static permission = localStorage.getItem("allowed") ?? "default";
      static async requestPermission() {
        localStorage.setItem("allowed", "granted");
        return (Shown.permission = "granted");
      }
      constructor(title: string, options: { tag: string; body: string }) {
        const all = JSON.parse(localStorage.getItem("shown") ?? "[]");
        localStorage.setItem("shown", JSON.stringify([...all, { title, ...options }]));
      }
    }
    Object.assign(window, { Notification: Shown });
  });
  await ann.joins(node);
  await bob.joins(node);
  await bob.seesOnline("Ann", "Bob");
  const asks = ann.page.getByText("Tell you about messages for you");
  await bob.says("for everybody");
  await ann.sees("for everybody");
  await expect(asks).toBeHidden();
  await bob.talksTo("Ann");
  await bob.says("for you");
  await expect(asks).toBeVisible();
  await ann.page.getByRole("button", { name: "Yes, tell me" }).click();
  await expect(asks).toBeHidden();

  const second = await ann.page.context().newPage();
  await second.goto(`${node.url}/rooms/lobby`);
  await expect(second.locator(".chat-room")).toHaveAttribute("data-link", "open");
  await bob.says("are you there?");
  const shown = () => ann.page.evaluate(() => JSON.parse(localStorage.getItem("shown") ?? "[]"));
  await expect.poll(async () => (await shown()).length).toBeGreaterThan(0);
  const all: { title: string; body: string; tag: string }[] = await shown();
  expect(all[0]).toMatchObject({ title: "Bob", body: "are you there?" });
  expect(new Set(all.map(({ tag }) => tag)).size, "browsers show one of each tag").toBe(1);

  // Not of a room one is looking at.
  await ann.opens("Bob");
  await bob.says("ah, there you are");
  await ann.sees("ah, there you are");
  expect(await shown()).toHaveLength(all.length);
});
