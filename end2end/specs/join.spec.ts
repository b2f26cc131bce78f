import { type Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

/** Sees the join page again, with the reason, and the name still there to be changed. */
async function isRefused(person: Person, name: string, reason: RegExp) {
  await expect(person.page.getByRole("alert")).toHaveText(reason);
  await expect(person.page.getByRole("textbox", { name: "Your name" })).toHaveValue(name);
  await expect(person.page.getByRole("button", { name: "Join" })).toBeVisible();
}

test("a taken name is refused, with the reason", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  bob.expects(/422/);
  await bob.asksToJoin(node, "ann");
  await isRefused(bob, "ann", /already has this name/);
  await bob.joins(node, "Bob");
});

test("a name that is too long or has nothing to see is refused, with the reason", async ({ cluster, ann }) => {
  const node = await cluster.startsOne();
  ann.expects(/422/);
  await ann.asksToJoin(node, "a".repeat(33));
  await isRefused(ann, "a".repeat(33), /32/);
  await ann.asksToJoin(node, "   ");
  await expect(ann.page.getByRole("alert")).not.toBeEmpty();
});

test("a reload keeps the name and the draft", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await bob.joins(node);
  await ann.composer.fill("half a thought,\nnot sent");
  await ann.page.reload();
  await ann.isConnected();
  await expect(ann.composer).toHaveValue("half a thought,\nnot sent");
  await ann.says("a whole one");
  await expect(bob.message("a whole one")).toHaveAccessibleName(/^Ann,/);
});

test("who has joined comes straight to the room, and who leaves to the join page", async ({ cluster, ann }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await ann.page.goto(node.url);
  await ann.isConnected();
  await ann.leaves();
});
