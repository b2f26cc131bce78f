// Who is listed beside a room.
import { expect, test } from "../fixtures/test.ts";

test("beside a room stand those of it who are online, and who comes in or goes out is seen there", { tag: "@two-nodes" }, async ({ cluster, ann, bob, bring }) => {
  const [here, there] = await cluster.startsTwo();
  const cyd = await bring("Cyd");
  await ann.joins(here);
  await bob.joins(there);
  await cyd.joins(there);
  await ann.seesOnline("Ann", "Bob", "Cyd");
  await ann.makesRoom("Garden");
  await ann.seesOnline("Ann");
  await bob.joinsRoom("Garden");
  await bob.seesOnline("Ann", "Bob");
  // Ann has looked at the room all the while.
  await ann.seesOnline("Ann", "Bob");
  await ann.seesNotice("Bob joined");
  await bob.says("hello, garden");
  await ann.sees("hello, garden");

  // Who only comes online elsewhere is no news here; who is in the room and goes offline is.
  await cyd.leaves();
  await bob.page.close();
  await ann.seesNotice("Bob left");
  await ann.seesOnline("Ann");
  await expect(ann.log.locator(".notice").filter({ hasText: "Cyd" })).toHaveCount(0);
  await ann.opens("Lobby");
  await ann.seesOnline("Ann");
});

test("a private room's people are there at once, and their number with them", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await bob.joins(node);
  await ann.makesRoom("Plans", "By invitation");
  const address = ann.page.url();
  const title = ann.people.getByRole("heading");
  await expect(title).toHaveText("People · 1");
  await ann.looksAbout();
  await ann.page.getByRole("textbox", { name: "Name of whom to let in" }).fill("Bob");
  await ann.page.getByRole("button", { name: "Let in" }).click();
  await expect(ann.page.getByRole("heading", { name: "People · 2" })).toBeVisible();
  const page = await ann.page.goto(address);
  expect(await page?.text()).toContain("People · 2");
  await ann.isConnected();
  await expect(title).toHaveText("People · 2");
  await ann.opens("Lobby");
  await ann.opens("Plans");
  await expect(title).toHaveText("People · 2");
  await bob.opens("Plans");
  await bob.leavesRoom();
  await expect(title).toHaveText("People · 1");
});

test("three talk in a group; who is let in later sees what comes then, and who leaves sees no more", { tag: "@two-nodes" }, async ({ cluster, ann, bob, bring }) => {
  const [here, there] = await cluster.startsTwo();
  const [cyd, dan] = [await bring("Cyd"), await bring("Dan")];
  await ann.joins(here);
  for (const person of [bob, cyd, dan]) await person.joins(there);
  await ann.rooms.getByRole("link", { name: "New group" }).click();
  await ann.page.getByRole("textbox", { name: "With whom" }).fill("Bob\nCyd");
  await ann.page.getByRole("button", { name: "Begin talk" }).click();
  await ann.isIn("Bob, Cyd");
  await ann.isConnected();
  await ann.says("just us three");
  for (const person of [bob, cyd]) {
    await person.rooms.getByRole("link", { name: /^Ann, / }).click();
    await person.sees("just us three");
  }
  await ann.looksAbout();
  await ann.page.getByRole("textbox", { name: "Name of whom to let in" }).fill("Dan");
  await ann.page.getByRole("button", { name: "Let in" }).click();
  await ann.comesBack();
  await ann.says("and Dan");
  await dan.rooms.getByRole("link", { name: /^Ann, / }).click();
  await dan.sees("and Dan");
  await expect(dan.message("just us three")).toHaveCount(0);
  await bob.leavesRoom();
  await ann.says("Bob is gone");
  await dan.sees("Bob is gone");
  await expect(ann.log.getByText("Bob left this room")).toBeVisible();
  await bob.page.goto(`${there.url}/rooms/lobby`);
  await bob.isConnected();
  await expect(bob.rooms.getByRole("link", { name: /^Ann, / })).toHaveCount(0);
});

test("a link lets whoever has it into a private room, until there is a newer one", async ({ cluster, ann, bob, bring }) => {
  const node = await cluster.startsOne();
  const cyd = await bring("Cyd");
  for (const person of [ann, bob, cyd]) await person.joins(node);
  await ann.makesRoom("Plans", "By invitation");
  await ann.looksAbout();
  const link = ann.page.getByRole("textbox", { name: "Invitation link" });
  const makes = ann.page.getByRole("button", { name: "Make a new link" });
  await makes.click();
  const first = await link.inputValue();
  await bob.page.goto(first);
  await bob.page.getByRole("button", { name: "Join" }).click();
  await bob.isIn("Plans");
  await bob.isConnected();
  await bob.says("thank you for the link");
  await makes.click();
  await expect(link).not.toHaveValue(first);
  cyd.expects(/404/);
  const answer = await cyd.page.goto(first);
  expect(answer?.status()).toBe(404);
  await ann.comesBack();
  await ann.sees("thank you for the link");
});

test("who made a room takes back what another wrote there", { tag: "@two-nodes" }, async ({ cluster, ann, bob }) => {
  const [here, there] = await cluster.startsTwo();
  await ann.joins(here);
  await bob.joins(there);
  await ann.makesRoom("Garden");
  await bob.joinsRoom("Garden");
  await bob.says("buy cheap watches");
  await ann.does("Delete", "buy cheap watches");
  await ann.page.getByRole("group", { name: "Delete this message?" }).getByRole("button", { name: "Delete" }).click();
  await bob.sees("Message deleted");
  await expect(bob.page.getByText("buy cheap watches")).toHaveCount(0);
});
