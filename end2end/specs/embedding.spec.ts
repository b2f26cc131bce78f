// The chat inside another product, in an iframe.
import type { FrameLocator } from "@playwright/test";
import { freePort } from "../fixtures/node.ts";
import { Front, Product, Shop, certificate } from "../fixtures/product.ts";
import { expect, test } from "../fixtures/test.ts";

/** A browser tells so of any frame of another origin; where the text is to go is the product's to say. */
const AUTOFOCUS = /Blocked autofocusing/;

async function isConnected(chat: FrameLocator): Promise<void> {
  await expect(chat.locator(".chat-room")).toHaveAttribute("data-link", "open");
}

async function says(chat: FrameLocator, text: string): Promise<void> {
  const composer = chat.getByLabel("Message", { exact: true });
  await composer.fill(text);
  await composer.press("Enter");
  await expect(composer).toHaveValue("");
}

async function sees(chat: FrameLocator, text: string): Promise<void> {
  const log = chat.getByRole("log", { name: "Messages" });
  await expect(log.getByRole("article").filter({ hasText: text })).toHaveCount(1);
}

test("a product shows each document's room in a frame, and its people talk there", async ({ cluster, ann, bob }) => {
  ann.expects(AUTOFOCUS);
  const product = await Product.opens("127.0.0.1");
  const node = await cluster.startsOne("--frame-ancestors", product.url);
  const shop = await Shop.at(node);
  await shop.has("ann-7", "Ann");
  await shop.has("bob-12", "Bob");
  await shop.hasRoom("plan", "Quarterly plan", ["ann-7", "bob-12"]);

  const chat = await product.shows(ann.page, await shop.ticket("ann-7", "plan"));
  await expect(chat.getByRole("heading", { level: 1 })).toHaveText("Quarterly plan");
  await isConnected(chat);
  // Bob opens his in a page of its own.
  await bob.page.goto(await shop.ticket("bob-12", "plan"));
  await bob.isIn("Quarterly plan");
  await bob.isConnected();
  await says(chat, "is June too late?");
  await bob.sees("is June too late?");
  await bob.says("May is better");
  await sees(chat, "May is better");

  // The product takes Bob off the document.
  await shop.hasRoom("plan", "Quarterly plan", ["ann-7"]);
  await expect(bob.page.getByText("You are not in Quarterly plan any more.")).toBeVisible();
  await product.ends();
});

test("the same in a page of another site, over https", async ({ cluster, bring }) => {
  // Two sites: what one of them keeps in the browser is not the other's.
  const tls = await certificate();
  const product = await Product.opens("localhost", tls);
  const port = await freePort();
  const outside = `https://127.0.0.1:${port}`;
  const node = await cluster.startsOne("--frame-ancestors", product.url, "--public-url", outside);
  const front = await Front.opens("127.0.0.1", port, node, tls);
  const shop = await Shop.at(node);
  await shop.has("ann-7", "Ann");
  await shop.hasRoom("plan", "Quarterly plan", ["ann-7"]);
  const ann = await bring("Ann", { ignoreHTTPSErrors: true });
  ann.expects(AUTOFOCUS);

  const ticket = await shop.ticket("ann-7", "plan");
  const chat = await product.shows(ann.page, ticket);
  await isConnected(chat);
  await says(chat, "from the shop");
  await sees(chat, "from the shop");
  const cookies = await ann.page.context().cookies(outside);
  expect(cookies.map(({ name, sameSite, secure, httpOnly }) => ({ name, sameSite, secure, httpOnly }))).toEqual([
    { name: "__Host-confab-framed", sameSite: "None", secure: true, httpOnly: true },
  ]);

  // What the form changes there stays.
  await chat.locator(".settings-menu__summary").click();
  await chat.getByRole("button", { name: "Dark" }).click();
  await expect(chat.locator("html")).toHaveAttribute("data-theme", "dark");
  await isConnected(chat);

  // The next page of the product has a ticket of its own; the one that was used says so.
  const again = await product.shows(ann.page, await shop.ticket("ann-7", "plan"));
  await isConnected(again);
  await sees(again, "from the shop");
  ann.expects(/410/);
  const used = await product.shows(ann.page, ticket);
  await expect(used.getByRole("heading")).toHaveText("This link works once");

  // On its own the chat does not know who is in the shop's frame.
  await ann.page.goto(outside);
  await expect(ann.page.getByRole("textbox", { name: "Your name" })).toBeVisible();
  await front.ends();
  await product.ends();
});

test("a page that the operator did not name shows no chat", async ({ cluster, ann }) => {
  const [product, other] = [await Product.opens("127.0.0.1"), await Product.opens("127.0.0.1")];
  const node = await cluster.startsOne("--frame-ancestors", product.url);
  const shop = await Shop.at(node);
  await shop.has("ann-7", "Ann");
  ann.expects(/frame-ancestors|Framing/);
  ann.expects(AUTOFOCUS);
  await other.shows(ann.page, `${node.url}/`);
  await expect.poll(() => ann.page.frames().map((frame) => frame.url())).toContain("chrome-error://chromewebdata/");
  const chat = await product.shows(ann.page, `${node.url}/`);
  await expect(chat.getByRole("textbox", { name: "Your name" })).toBeVisible();
  await product.ends();
  await other.ends();
});
