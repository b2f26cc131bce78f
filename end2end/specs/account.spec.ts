import type { Node } from "../fixtures/node.ts";
import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

const PASSWORD = "a horse in the kitchen";

/** From the room: keeps the own name, and comes back. */
async function keepsTheName(person: Person) {
  await person.settings.click();
  await person.page.getByRole("link", { name: "Account" }).click();
  await person.page.getByLabel("Password").fill(PASSWORD);
  await person.page.getByRole("button", { name: "Keep this name" }).click();
  await expect(person.page.getByRole("status")).toHaveText("The name is yours from now on.");
  await person.page.getByRole("link", { name: "Back to the chat" }).click();
  await person.isConnected();
}

async function asksToSignIn(person: Person, node: Node, name: string, password = PASSWORD) {
  await person.page.goto(node.url);
  await person.page.getByRole("link", { name: "Sign in" }).click();
  await person.page.getByRole("textbox", { name: "Name" }).fill(name);
  await person.page.getByLabel("Password").fill(password);
  await person.page.getByRole("button", { name: "Sign in" }).click();
}

test("a guest keeps the name with a password, and is the same person on the phone", { tag: "@two-nodes" }, async ({ cluster, ann, bring }) => {
  const [one, two] = await cluster.startsTwo();
  await ann.joins(one);
  await keepsTheName(ann);
  const phone = await bring("Ann's phone");
  await asksToSignIn(phone, two, "ANN");
  await phone.isConnected();
  await phone.says("from the phone");
  await expect(ann.message("from the phone")).toHaveAccessibleName(/^Ann,/);
  await ann.seesOnline("Ann");
});

test("a wrong password is refused in words, and the name is still there", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await keepsTheName(ann);
  bob.expects(/422/);
  await asksToSignIn(bob, node, "Ann", "not her password");
  await expect(bob.page.getByRole("alert")).toHaveText("The name and the password do not belong together.");
  await expect(bob.page.getByRole("textbox", { name: "Name" })).toHaveValue("Ann");
  await expect(bob.page.getByLabel("Password")).toHaveValue("");
});

test("who signs out everywhere is out on every device", { tag: "@two-nodes" }, async ({ cluster, ann, bring }) => {
  const [one, two] = await cluster.startsTwo();
  await ann.joins(one);
  await keepsTheName(ann);
  const phone = await bring("Ann's phone");
  await asksToSignIn(phone, two, "Ann");
  await phone.isConnected();
  await ann.settings.click();
  await ann.page.getByRole("link", { name: "Account" }).click();
  await ann.page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(ann.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(phone.page.getByRole("textbox", { name: "Your name" })).toBeVisible();
});

test("who is banned is told why, and cannot come back", async ({ cluster, ann, bob }) => {
  const node = await cluster.startsOne();
  await ann.joins(node);
  await keepsTheName(ann);
  await bob.joins(node);
  await ann.page.goto(`${node.url}/people?name=bob`);
  await ann.page.getByLabel("Ban Bob").click();
  await ann.page.getByLabel("Reason").fill("Too <b>loud</b>");
  await ann.page.getByRole("button", { name: "Ban Bob" }).click();
  await expect(ann.page.getByRole("status")).toHaveText("They are banned.");
  const says = "You have been banned from here. Too <b>loud</b>";
  await expect(bob.page.locator(".connection-banner")).toContainText(says);
  bob.expects(/422/);
  await bob.asksToJoin(node, "Bob");
  await expect(bob.page.getByRole("alert")).toHaveText(/already has this name/);
});

test("where one connection is allowed, the page before gives way and takes its place back when asked", async ({
  cluster,
  ann,
}) => {
  const node = await cluster.startsOne("--one-session-per-user");
  await ann.joins(node);
  const second = await ann.page.context().newPage();
  await second.goto(`${node.url}/rooms/lobby`);
  const banner = ann.page.locator(".connection-banner");
  await expect(banner).toContainText("You have connected somewhere else.");
  await expect(second.locator(".chat-room")).toHaveAttribute("data-link", "open");
  await ann.page.getByRole("button", { name: "Try now" }).click();
  await ann.isConnected();
  await expect(second.locator(".connection-banner")).toContainText("You have connected somewhere else.");
});
