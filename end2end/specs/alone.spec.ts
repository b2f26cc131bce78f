// The one file that bin/build makes, in an empty folder, with nothing set and nothing beside it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, program } from "../fixtures/node.ts";
import { expect, test as base } from "../fixtures/test.ts";

interface Alone {
  readonly url: string;
  readonly folder: string;
}

const test = base.extend<{ alone: Alone }>({
  alone: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "confab-alone-"));
    await copyFile(program, join(folder, "confab"));
    const listen = `127.0.0.1:${await freePort()}`;
    let said = "";
    const child: ChildProcess = spawn("./confab", ["--listen", listen], { cwd: folder, env: {} });
    for (const out of [child.stdout, child.stderr]) out?.on("data", (text) => (said += text));
    const url = `http://${listen}`;
    await expect(async () => {
      expect(child.exitCode, `it ended: ${said}`).toBeNull();
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
    }).toPass({ timeout: 15_000, intervals: [50] });
    expect(said, "it has its page").not.toContain("no built page");
    await use({ url, folder });
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
    await rm(folder, { recursive: true, force: true });
  },
});

test("one file in an empty folder is a whole chat", async ({ alone, ann }) => {
  const broken: string[] = [];
  const got = new Map<string, string>();
  ann.page.on("response", (answer) => {
    if (answer.status() >= 400) broken.push(`${answer.status()} ${answer.url()}`);
    got.set(new URL(answer.url()).pathname, answer.headers()["content-type"] ?? "");
  });
  ann.page.on("requestfailed", (request) => broken.push(request.url()));
  await ann.joins(alone);
  await ann.says("alone, and whole");
  await ann.seesSent("alone, and whole");
  await ann.page.reload();
  await ann.isConnected();
  await ann.sees("alone, and whole");
  expect(broken).toEqual([]);
  const assets = [...got.keys()].filter((path) => path.startsWith("/pkg/"));
  const kind = (end: string) => got.get(assets.find((path) => path.endsWith(end)) ?? "");
  expect(kind(".wasm")).toBe("application/wasm");
  expect(kind(".js")).toMatch(/^text\/javascript/);
  expect(kind(".css")).toMatch(/^text\/css/);
  expect(await readdir(alone.folder), "its data alone").toEqual(["confab", "data"]);
});

test("its files come compressed, are kept for ever, and are asked for again by their tag", async ({ alone }) => {
  const page = await (await fetch(alone.url)).text();
  const path = /\/pkg\/confab\.[^"'.]+\.css/.exec(page)?.[0];
  expect(path, "a name with a hash").toBeDefined();
  const url = `${alone.url}${path}`;
  for (const encoding of ["br", "gzip"]) {
    const answer = await fetch(url, { headers: { "accept-encoding": encoding } });
    expect(answer.headers.get("content-encoding")).toBe(encoding);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(answer.headers.get("vary")).toBe("accept-encoding");
    expect((await answer.text()).length, "it unpacks").toBeGreaterThan(1_000);
  }
  const plain = await fetch(url, { headers: { "accept-encoding": "identity" } });
  expect(plain.headers.get("content-encoding")).toBeNull();
  const tag = plain.headers.get("etag") ?? "";
  expect(tag).toMatch(/^".+"$/);
  const again = await fetch(url, { headers: { "accept-encoding": "identity", "if-none-match": tag } });
  expect(again.status).toBe(304);
  expect((await fetch(`${alone.url}/pkg/none.css`)).status).toBe(404);
});

test("a folder that is asked for without a page in it is refused with the remedy", async ({ alone }) => {
  const child = spawn("./confab", ["--site", ".", "--listen", "127.0.0.1:0"], { cwd: alone.folder, env: {} });
  let said = "";
  child.stderr.on("data", (text) => (said += text));
  const [code] = await once(child, "close");
  expect(code).toBe(1);
  expect(said.trim().split("\n")).toEqual([
    "confab: there is no built page in the folder .: give its folder with --site, or take the program that bin/build makes, which has the page in itself",
  ]);
});
