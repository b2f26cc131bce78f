// What came while one was away or elsewhere: found, counted, silenced, marked as read.
import { randomUUID } from "node:crypto";
import type { Node } from "../fixtures/node.ts";
import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

/** Notifications as the page wants them shown, in place of the browser's own. */
async function notes(person: Person) {
  await person.page.context().addInitScript(() => {
    class Shown {
      static permission = "granted";
      constructor(title: string, options: { tag: string; body: string }) {
        const all = JSON.parse(localStorage.getItem("shown") ?? "[]");
        localStorage.setItem("shown", JSON.stringify([...all, { title, body: options.body }]));
      }
    }
    Object.assign(window, { Notification: Shown });
  });
  return (): Promise<{ title: string; body: string }[]> =>
    person.page.evaluate(() => JSON.parse(localStorage.getItem("shown") ?? "[]"));
}

/** Writes into a room that is not on the screen. */
async function tells(person: Person, node: Node, room: string, body: string) {
  const form = { cid: randomUUID(), body };
  const answer = await person.page.context().request.post(`${node.url}/rooms/${room}/messages`, { form, maxRedirects: 0 });
  expect(answer.status()).toBe(303);
}

async function mutes(person: Person) {
  await person.looksAbout();
  await person.page.getByRole("button", { name: "Mute this room" }).click();
  await expect(person.page.getByRole("button", { name: "Unmute this room" })).toBeVisible();
  await person.comesBack();
}

test("who was away finds in every room what came meanwhile, in order", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
  const [here, there] = await cluster.startsTwo();
  await ann.joins(here);
  await bob.joins(there);
  await ann.makesRoom("Garden");
  await bob.joinsRoom("Garden");
  await bob.page.goto("about:blank");
  for (const line of ["one", "two, @Bob", "three"]) await ann.says(line);
  await ann.opens("Lobby");
  await ann.says("and here");
  await ann.seesSent("and here");
  await bob.page.goto(`${there.url}/rooms/lobby`);
  await bob.sees("and here");
  await expect(bob.room("Garden")).toHaveAccessibleName("Garden, 3 unread, 1 mention");
  await bob.opens("Garden");
  await bob.sees("three");
  expect(await bob.log.locator(".message-body").allInnerTexts()).toEqual(["one", "two, @Bob", "three"]);
});

test("all is marked as read, by a button or by keys, on all one's devices and for good", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
  const [here, there] = await cluster.startsTwo();
  await ann.joins(here);
  await bob.joins(there);
  const rooms = ["Garden", "Attic"];
  for (const name of rooms) {
    await ann.makesRoom(name);
    await bob.joinsRoom(name);
  }
  await ann.opens("Lobby");
  const second = await ann.page.context().newPage();
  await second.goto(`${here.url}/rooms/lobby`);
  const unread = { here: ann.page.locator(".room-list .badge"), onTheOther: second.locator(".room-list .badge") };
  const button = ann.page.getByRole("button", { name: "Mark all as read" });
  await expect(button).toHaveAttribute("aria-disabled", "true");
  for (const way of ["button", "keys"]) {
    for (const name of rooms) await tells(bob, there, name.toLowerCase(), `to be read by ${way}`);
    for (const badges of Object.values(unread)) await expect(badges, way).toHaveCount(rooms.length);
    await expect(button).toHaveAttribute("aria-disabled", "false");
    if (way === "button") await button.click();
    else await ann.composer.press("Shift+Escape");
    for (const badges of Object.values(unread)) await expect(badges, way).toHaveCount(0);
    await expect(ann.page).toHaveTitle("Lobby · Confab");
  }
  await ann.page.reload();
  await ann.isConnected();
  await expect(unread.here).toHaveCount(0);
  // What comes after is new again.
  await tells(bob, there, "garden", "one more");
  await expect(unread.here).toHaveCount(1);
});

test("a muted room says nothing unless it mentions me, and then only in the list", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  const shown = await notes(ann);
  await ann.joins(node);
  await bob.joins(node);
  await ann.makesRoom("Garden");
  await bob.joinsRoom("Garden");
  await mutes(ann);
  await ann.opens("Lobby");
  await bob.says("nothing much");
  await bob.says("really nothing");
  await bob.opens("Lobby");
  await bob.says("@Ann, hear this");
  await ann.sees("@Ann, hear this");
  // What was said before in the muted room is there by now.
  await expect(ann.room("Garden")).toHaveAccessibleName("Garden");
  await expect(ann.badge("Garden")).toHaveCount(0);
  await expect(ann.page).toHaveTitle("Lobby · Confab");
  await bob.opens("Garden");
  await bob.says("well, @Ann");
  await expect(ann.badge("Garden")).toHaveText("1");
  await expect(ann.room("Garden")).toHaveAccessibleName("Garden, 1 unread, 1 mention");
  expect(await shown()).toEqual([]);
  await ann.opens("Garden");
  await ann.sees("really nothing");
});

test("a muted talk is quiet too, and loud again when it is not muted any more", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  const shown = await notes(ann);
  await ann.joins(node);
  await bob.joins(node);
  await ann.seesOnline("Ann", "Bob");
  await ann.talksTo("Bob");
  await mutes(ann);
  await ann.opens("Lobby");
  await bob.opens("Ann");
  await bob.says("psst");
  await expect(ann.room("Bob")).toContainText("psst");
  await expect(ann.badge("Bob")).toHaveCount(0);
  expect(await shown()).toEqual([]);
  await ann.opens("Bob");
  await ann.looksAbout();
  await ann.page.getByRole("button", { name: "Unmute this room" }).click();
  await ann.comesBack();
  await ann.opens("Lobby");
  await bob.says("louder");
  await expect(ann.badge("Bob")).toHaveText("1");
  await expect.poll(shown).toEqual([{ title: "Bob", body: "louder" }]);
});

test("who is mentioned is told so by the browser, and everybody else is not", { tag: "@two-nodes" }, async ({ cluster, ann, bob, bring }) => {
  const [here, there] = await cluster.startsTwo();
  const cyd = await bring("Cyd");
  const [toAnn, toCyd] = [await notes(ann), await notes(cyd)];
  await ann.joins(here);
  await bob.joins(there);
  await cyd.joins(there);
  await ann.makesRoom("Garden");
  for (const person of [bob, cyd]) await person.joinsRoom("Garden");
  for (const person of [ann, cyd]) await person.opens("Lobby");
  await bob.says("good morning");
  await bob.says("@Ann, the roses");
  await expect.poll(toAnn).toEqual([{ title: "Bob · #Garden", body: "@Ann, the roses" }]);
  await expect(cyd.room("Garden")).toHaveAccessibleName("Garden, 2 unread");
  expect(await toCyd()).toEqual([]);
});
