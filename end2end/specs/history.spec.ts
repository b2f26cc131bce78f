import { fillRoom } from "../fixtures/log.ts";
import { expect, test } from "../fixtures/test.ts";

test("older pages load on scrolling up, and nothing jumps", async ({ cluster, ann }) => {
  const node = await cluster.startsOne();
  await fillRoom(node, 130);
  await ann.joins(node);
  await ann.sees("line 130");
  await expect(ann.message("line 1")).toHaveCount(0);

  const scroller = ann.log;
  const first = ann.log.getByRole("article").first();
  const label = await first.locator(".message-body").innerText();
  // Its words' place: the name above them goes when the same person's older messages come.
  const place = () => ann.message(label).evaluate((line) => Math.round(line.getBoundingClientRect().bottom));
  await first.scrollIntoViewIfNeeded();
  const before = await place();
  await expect(ann.log.getByRole("article").first()).not.toContainText(label);
  expect(Math.abs((await place()) - before), "the line one was reading moved").toBeLessThanOrEqual(2);

  await expect(async () => {
    await scroller.hover();
    await ann.page.mouse.wheel(0, -4_000);
    await expect(ann.message("line 1")).toHaveCount(1, { timeout: 300 });
  }).toPass();
  const bodies = await ann.log.locator(".message-body").allInnerTexts();
  expect(bodies).toEqual(Array.from({ length: 130 }, (_, at) => `line ${at + 1}`));
});

test("who reads above is not moved, and jumps to the newest", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await fillRoom(node, 60);
  await ann.joins(node);
  await bob.joins(node);
  await ann.sees("line 60");
  await ann.log.hover();
  await ann.page.mouse.wheel(0, -600);
  await expect(ann.message("line 60")).not.toBeInViewport();

  await bob.says("one more");
  await bob.says("and another");
  const jump = ann.page.getByRole("button", { name: "Jump to newest, 2 new" });
  await expect(jump).toBeVisible();
  await expect(ann.message("and another")).not.toBeInViewport();
  await jump.click();
  await ann.sees("and another");
  await expect(ann.page.getByRole("button", { name: /Jump to newest/ })).toBeHidden();

  // At the bottom again, the list follows.
  await bob.says("followed");
  await ann.sees("followed");
});
