// Two nodes behind nginx, with the file from deploy/.
import { once } from "node:events";
import { request } from "node:http";
import type { Person } from "../fixtures/person.ts";
import { expect, test } from "../fixtures/test.ts";

/** All that a person sees, in order. */
async function reads(person: Person): Promise<string[]> {
  return person.log.getByRole("article").locator(".message-body").allInnerTexts();
}

test("people behind nginx carry on at the other node when theirs dies", async ({ cluster, ann, bob, bring }) => {
  const { nginx, nodes } = await cluster.startsTwoBehindNginx();
  const people = [ann, bob, await bring("Carl"), await bring("Dora")];
  for (const person of people) {
    person.expects(/WebSocket connection|ERR_|Failed to load resource/);
    await person.joins(nginx);
  }
  await ann.says("before");
  for (const person of people) await person.sees("before");

  const killed = Date.now();
  await nodes[0].isKilled();
  for (const person of people) await person.says(`${person.name} goes on`);
  for (const person of people) {
    for (const other of people) await person.sees(`${other.name} goes on`);
  }
  const took = Date.now() - killed;
  console.log(`figure: all are on the other node behind nginx after ${took} ms`);
  expect(took).toBeLessThan(8_000);
  for (const person of people) await expect(person.log.getByRole("article")).toHaveCount(5);
});

test("a reload of nginx loses nothing that is said meanwhile", async ({ cluster, ann, bob }) => {
  const { nginx } = await cluster.startsTwoBehindNginx("--sends-per-sec", "100");
  await ann.joins(nginx);
  await bob.joins(nginx);
  const said: string[] = [];
  for (let nth = 1; nth <= 12; nth++) {
    if (nth % 4 === 0) await nginx.reloads();
    for (const person of [ann, bob]) {
      said.push(`${person.name} says ${nth}`);
      await person.says(said[said.length - 1]);
    }
  }
  await ann.page.reload();
  await ann.isConnected();
  for (const person of [ann, bob]) {
    for (const text of said.slice(-2)) await person.sees(text);
    expect((await reads(person)).sort()).toEqual([...said].sort());
  }
  expect(await reads(ann)).toEqual(await reads(bob));
});

test("the address of a guest is told by a trusted proxy alone", async ({ cluster }) => {
  const { nginx, nodes } = await cluster.startsTwoBehindNginx("--trusted-proxies", "127.0.0.1");
  /** Asks to join from `from`, as one who says to be somewhere else. */
  const joins = async (url: string, name: string, from: string) => {
    const headers = { "x-forwarded-for": "203.0.113.9", "content-type": "application/x-www-form-urlencoded" };
    const asks = request(`${url}/join`, { method: "POST", localAddress: from, headers });
    asks.end(`name=${name}`);
    const [answer] = await once(asks, "response");
    expect(answer.statusCode).toBe(303);
    answer.resume();
  };
  await joins(nginx.url, "Ann", "127.0.0.8");
  await joins(nodes[0].url, "Bob", "127.0.0.9");
  await expect(() => {
    expect(cluster.log).toMatch(/joined.*address=127\.0\.0\.8/);
    expect(cluster.log).toMatch(/joined.*address=127\.0\.0\.9/);
  }).toPass();
  expect(cluster.log).not.toContain("203.0.113.9");
});
