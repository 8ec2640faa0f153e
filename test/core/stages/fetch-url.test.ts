import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { firstValueFrom, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import {
  errorCode,
  fetchUrl,
  lens,
  realize,
  realize$,
  self,
  stage,
  type FetchFileOptions,
  type RealizeEvent,
  type Store,
} from "../../../core/index.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { leftovers } from "../realize/leftovers.ts";
import { cutShort, sendContent, serve, sha256, type Answer } from "./http-server.ts";

const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * at) >> 5));
const quick = { retries: 3, retryDelayMs: 5 };

/** Fetches the content from a server, and returns its path. */
async function fetched(
  store: Store,
  options: Omit<FetchFileOptions, "name"> & { url: string },
): Promise<string> {
  const rref = await realize(fetchUrl({ name: "data", sha256: sha256(content), ...quick, ...options }), {
    store,
  });
  return lens(rref, { store }).file.syspath;
}

/** What a realizer failed with. */
async function causeOf(running: Promise<unknown>): Promise<Error & { data: Record<string, unknown> }> {
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(errorCode(error)).toBe("build-failed");
  return (error as Error).cause as Error & { data: Record<string, unknown> };
}

const whole: Answer = (request, response) => sendContent(request, response, { content });

describe("fetchUrl()", () => {
  it("fetches a file, once", async () => {
    const store = freshStore();
    const server = await serve(whole);
    const path = await fetched(store, { url: `${server.url}/sets/data.bin?x=1` });
    expect(path).toMatch(/\/data\.bin$/);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(await fetched(store, { url: `${server.url}/sets/data.bin?x=1` })).toBe(path);
    expect(server.requests).toHaveLength(1);
    expect(leftovers(store)).toEqual([]);
  });

  it("takes a sha1, capital letters, and a name for the file", async () => {
    const store = freshStore();
    const { url } = await serve(whole);
    const sha1 = createHash("sha1").update(content).digest("hex").toUpperCase();
    const data = fetchUrl({ name: "data", url, sha1, filename: "d.bin" });
    expect(lens(await realize(data, { store }), { store }).file.syspath).toMatch(/\/d\.bin$/);
    expect(data.config).toEqual({ url: `${url}/`, sha1: sha1.toLowerCase(), file: self("d.bin") });
  });

  it("calls the file like the stage when the URL has no name for it", async () => {
    const store = freshStore();
    const { url } = await serve(whole);
    expect(await fetched(store, { url: `${url}/` })).toMatch(/\/data$/);
    expect(await fetched(store, { url: `${url}/__init__` })).toMatch(/\/data$/);
    expect(await fetched(store, { url: `${url}/a%2Fb%20c` })).toMatch(/\/b c$/);
    expect(await fetched(store, { url: `${url}/100%` })).toMatch(/\/100%$/);
  });

  it("unpacks an archive, and dependents reach into it", async () => {
    const store = freshStore();
    const folder = freshFolder();
    mkdirSync(join(folder, "hello-2.10"));
    writeFileSync(join(folder, "hello-2.10", "configure"), "#!/bin/sh\n", { mode: 0o755 });
    const archive = execFileSync("tar", ["czf", "-", "hello-2.10"], { cwd: folder });
    const server = await serve((request, response) => sendContent(request, response, { content: archive }));
    const helloSrc = fetchUrl({
      name: "hello-src",
      url: `${server.url}/hello-2.10.tar.gz`,
      sha256: sha256(archive),
      unpack: true,
    });
    const hello = stage({
      name: "hello",
      config: { src: helloSrc.path("hello-2.10"), out: self("out") },
      async realize(build) {
        const dir = await build.scratch(build.lens.src.syspath);
        await build.exec("sh", ["-c", 'test -x configure && echo "done" > "$0"', build.path("out")], {
          cwd: dir,
        });
      },
    });
    const rref = await realize(hello, { store });
    expect(lens(rref, { store }).out.contents).toBe("done\n");
    expect(lens(rref, { store }).src.url.val).toBe(`${server.url}/hello-2.10.tar.gz`);
  });

  it("unpacks into a folder", async () => {
    const store = freshStore();
    const folder = freshFolder();
    writeFileSync(join(folder, "__init__.py"), "");
    const archive = execFileSync("tar", ["cf", "-", "__init__.py"], { cwd: folder });
    const { url } = await serve((request, response) => sendContent(request, response, { content: archive }));
    const place = { name: "src", url, sha256: sha256(archive), unpack: true } as const;
    const refused = await causeOf(realize(fetchUrl(place), { store }));
    expect(refused.message).toMatch(
      /names such as "__init__.py" are the store's own at the top; unpack into a folder/,
    );
    const rref = await realize(fetchUrl({ ...place, into: "package" }), { store });
    expect(lens(rref, { store }).into.syspath).toMatch(/\/package$/);
    expect(existsSync(join(lens(rref, { store }).into.syspath, "__init__.py"))).toBe(true);
  });

  it("refuses content with another checksum, shows both, and publishes nothing", async () => {
    const store = freshStore();
    const { url } = await serve(whole);
    const data = fetchUrl({ name: "data", url, sha256: "0".repeat(64) });
    const error = await causeOf(realize(data, { store }));
    expect(errorCode(error)).toBe("checksum-mismatch");
    expect(error.message).toContain(`expected ${"0".repeat(64)}\n  actual   ${sha256(content)}`);
    expect(store.realizations(lens(data, { store }).dref)).toEqual([]);
  });

  it("fetches several at once", async () => {
    const store = freshStore();
    const waiting: (() => void)[] = [];
    const server = await serve((request, response) => {
      waiting.push(() => sendContent(request, response, { content }));
      // Nobody is answered before all have asked.
      if (waiting.length === 3) for (const send of waiting) send();
    });
    const parts = ["a", "b", "c"].map((name) =>
      fetchUrl({ name, url: `${server.url}/${name}`, sha256: sha256(content) }),
    );
    await realize(stage({ name: "all", config: { parts }, realize: () => undefined }), { store, jobs: 3 });
    expect(server.requests).toHaveLength(3);
  });

  it("says how far it is, in bytes", async () => {
    const { url } = await serve(whole);
    const data = fetchUrl({ name: "data", url, sha256: sha256(content) });
    const events = await firstValueFrom(realize$(data, { store: freshStore() }).pipe(toArray()));
    const progress = events.filter((event) => event.type === "progress");
    const expected: Partial<RealizeEvent> = { current: content.length, total: content.length, unit: "bytes" };
    expect(progress.at(-1)).toMatchObject(expected);
  });

  it("does not let the URL's password be seen in errors", async () => {
    const { url } = await serve((_, response) => response.writeHead(401).end());
    const secret = url.replace("//", "//me:secret@");
    const data = fetchUrl({ name: "data", url: secret, sha256: sha256(content), ...quick });
    const error = await causeOf(realize(data, { store: freshStore() }));
    expect(error.message).toContain("me:***@");
    expect(error.message).toContain("401 Unauthorized");
  });
});

describe("a broken download", () => {
  it("goes on where it broke, on the condition that the content is the same", async () => {
    const server = await serve((request, response, nth) => {
      if (nth === 0) cutShort(response, content.subarray(0, 100_000), content.length);
      else sendContent(request, response, { content });
    });
    const path = await fetched(freshStore(), { url: server.url });
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(server.requests[1]?.headers).toMatchObject({ range: "bytes=100000-", "if-range": '"v1"' });
  });

  it("begins anew when the content has changed meanwhile", async () => {
    const server = await serve((request, response, nth) => {
      if (nth === 0) cutShort(response, Buffer.alloc(1000), 2000, '"old"');
      else sendContent(request, response, { content, etag: '"new"' });
    });
    expect(readFileSync(await fetched(freshStore(), { url: server.url })).equals(content)).toBe(true);
    expect(server.requests).toHaveLength(2);
  });

  it("begins anew when the pieces do not fit together, as nothing told that the content had changed", async () => {
    const server = await serve((request, response, nth) => {
      if (nth > 0) return sendContent(request, response, { content, etag: "" });
      response.writeHead(200, { "content-length": 2000 });
      response.write(Buffer.alloc(1000), () => setTimeout(() => response.destroy(), 100));
    });
    expect(readFileSync(await fetched(freshStore(), { url: server.url })).equals(content)).toBe(true);
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      "bytes=1000-",
      undefined,
    ]);
  });

  it("begins anew with a server that ignores Range", async () => {
    const server = await serve((_, response, nth) => {
      if (nth === 0) cutShort(response, content.subarray(0, 100_000), content.length);
      else response.writeHead(200, { "content-length": content.length }).end(content);
    });
    expect(readFileSync(await fetched(freshStore(), { url: server.url })).equals(content)).toBe(true);
  });

  it("does not give up as long as it gets any further", async () => {
    const server = await serve((request, response) => {
      const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
      const rest = content.subarray(from);
      const headers =
        from === 0 ? {} : { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` };
      response.writeHead(from === 0 ? 200 : 206, { ...headers, "content-length": rest.length });
      response.write(rest.subarray(0, 40_000), () => setTimeout(() => response.destroy(), 50));
    });
    expect(readFileSync(await fetched(freshStore(), { url: server.url, retries: 1 })).equals(content)).toBe(
      true,
    );
    expect(server.requests.length).toBeGreaterThanOrEqual(8);
  });

  it("goes on where an earlier run ended, in failure or cancelled", async () => {
    const store = freshStore();
    const stopper = new AbortController();
    const server = await serve((request, response, nth) => {
      if (nth === 0) return cutShort(response, content.subarray(0, 100_000), content.length);
      if (nth > 1) return sendContent(request, response, { content });
      response.writeHead(206, { "content-range": "bytes 100000-299999/300000", "content-length": 200_000 });
      response.write(content.subarray(100_000, 200_000));
    });
    const data = fetchUrl({ name: "data", url: server.url, sha256: sha256(content), retries: 0 });
    const error = await causeOf(realize(data, { store }));
    expect(error.message).toMatch(/the connection broke off$/);
    const cancelled = realize$(data, { store, signal: stopper.signal }).forEach((event) => {
      if (event.type === "progress" && event.current > 100_000) stopper.abort();
    });
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    const path = lens(await realize(data, { store }), { store }).file.syspath;
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      "bytes=100000-",
      expect.stringMatching(/^bytes=[12]\d{5}-$/u),
    ]);
    expect(server.requests[2]?.headers.range).not.toBe("bytes=100000-");
    expect(readdirSync(join(store.root, "tmp")).filter((name) => name.startsWith("partial-"))).toEqual([]);
  });

  it("takes what a server sends that promises more than it has", async () => {
    const server = await serve((_, response) => cutShort(response, content, content.length + 500));
    expect(readFileSync(await fetched(freshStore(), { url: server.url })).equals(content)).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it("refuses what a server sends that promises less than it has", async () => {
    const server = await serve((_, response) => {
      response.socket?.end(`HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n${"too much".repeat(100)}`);
    });
    const error = await causeOf(fetched(freshStore(), { url: server.url }));
    expect(errorCode(error)).toBe("checksum-mismatch");
  });

  it("tries again when the server is silent, and says so in the end", async () => {
    const server = await serve((_, response, nth) => {
      if (nth > 0) response.writeHead(200, { "content-length": 10 }).write("abc");
    });
    const error = await causeOf(fetched(freshStore(), { url: server.url, stallMs: 50, retries: 1 }));
    expect(error.message).toMatch(/the server has said nothing for 0.05 s; tried 2 times/);
    expect(server.requests.length).toBeGreaterThanOrEqual(2);
  });

  it("tries again when the server is busy", async () => {
    const server = await serve((request, response, nth) => {
      if (nth < 2) response.writeHead(nth === 0 ? 503 : 429, { "retry-after": "0" }).end();
      else sendContent(request, response, { content });
    });
    expect(readFileSync(await fetched(freshStore(), { url: server.url })).equals(content)).toBe(true);
  });

  it("gives up at once where trying again is of no use", async () => {
    const server = await serve((_, response) => response.writeHead(404).end("nothing here"));
    const error = await causeOf(fetched(freshStore(), { url: `${server.url}/data` }));
    expect(error.message).toBe(`Cannot download "${server.url}/data": the server answers 404 Not Found`);
    expect(error.data).toEqual({ url: `${server.url}/data`, status: 404 });
    expect(server.requests).toHaveLength(1);
  });

  it("says that nobody answers", async () => {
    const error = await causeOf(fetched(freshStore(), { url: "http://127.0.0.1:9/x", retries: 1 }));
    expect(error.message).toMatch(/ECONNREFUSED.*; tried 2 times/);
  });

  it("takes a mirror when the first place fails, which changes nothing of the identity", async () => {
    const store = freshStore();
    const server = await serve((request, response) => {
      if (request.url === "/old") response.writeHead(410).end();
      else sendContent(request, response, { content });
    });
    const options = { url: `${server.url}/old`, mirrors: [`${server.url}/new`] };
    const path = await fetched(store, options);
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(await fetched(store, { url: `${server.url}/old` })).toBe(path);
    const none = { url: `${server.url}/old?`, mirrors: [`${server.url}/old`] };
    expect((await causeOf(fetched(store, none))).message).toMatch(
      /from any of 2 places\n- .*410 Gone\n- .*410 Gone/,
    );
  });
});

describe("a redirect", () => {
  it("is followed", async () => {
    const server = await serve((request, response) => {
      if (request.url === "/a") response.writeHead(302, { location: "b/c" }).end();
      else if (request.url === "/b/c")
        response.writeHead(308, { location: `//${request.headers.host}/d` }).end();
      else sendContent(request, response, { content });
    });
    expect(readFileSync(await fetched(freshStore(), { url: `${server.url}/a` })).equals(content)).toBe(true);
    expect(server.requests.map(({ path }) => path)).toEqual(["/a", "/b/c", "/d"]);
  });

  it("is refused when there is no end to it", async () => {
    const server = await serve((_, response) => response.writeHead(301, { location: "/again" }).end());
    const error = await causeOf(fetched(freshStore(), { url: server.url }));
    expect(error.message).toMatch(/it redirects more than 10 times/);
  });

  it("is refused when it leads to something else than http", async () => {
    const server = await serve((_, response) =>
      response.writeHead(301, { location: "file:///etc/passwd" }).end(),
    );
    const error = await causeOf(fetched(freshStore(), { url: server.url }));
    expect(error.message).toMatch(/it redirects to file:\/\/\/etc\/passwd, from http: to file:/);
  });
});

describe("cancelling a download", () => {
  it("ends it at once and leaves nothing", async () => {
    const store = freshStore();
    const stopper = new AbortController();
    const server = await serve((_, response) => {
      cutShort(response, content, content.length * 2);
      stopper.abort();
    });
    const running = realize(fetchUrl({ name: "data", url: server.url, sha256: sha256(content) }), {
      store,
      signal: stopper.signal,
    });
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    expect(leftovers(store)).toEqual([]);
  });
});

describe("a file: URL", () => {
  it("needs no checksum", async () => {
    const store = freshStore();
    const path = join(freshFolder(), "a.txt");
    writeFileSync(path, "local");
    const rref = await realize(fetchUrl({ name: "local", url: pathToFileURL(path) }), { store });
    expect(lens(rref, { store }).file.contents).toBe("local");
  });

  it("is held to the checksum that it has", async () => {
    const path = join(freshFolder(), "a.txt");
    writeFileSync(path, "local");
    const local = fetchUrl({ name: "local", url: pathToFileURL(path), sha256: sha256("other") });
    expect(errorCode(await causeOf(realize(local, { store: freshStore() })))).toBe("checksum-mismatch");
  });

  it("is refused when it leads to nothing, or to a folder", async () => {
    const folder = freshFolder();
    const fetch = (place: string): Promise<unknown> =>
      realize(fetchUrl({ name: "local", url: pathToFileURL(place) }), { store: freshStore() });
    expect((await causeOf(fetch(`${folder}/none`))).message).toMatch(/there is no .*\/none/);
    expect((await causeOf(fetch(folder))).message).toMatch(
      /it is not a file. Folders are fetched by fetchLocal/,
    );
  });
});

describe("making a stage that fetches", () => {
  it("refuses what is no URL", () => {
    const make = (url: string) => () => fetchUrl({ name: "data", url, sha256: "0".repeat(64) });
    expect(make("example.org/data")).toThrow(/"example.org\/data" is not an URL, such as https/);
    expect(make("ftp://example.org/data")).toThrow(/"ftp:\/\/example.org\/data" is not http, https or file/);
  });

  it("wants a checksum, and says how to come by it", () => {
    const make = (): unknown => fetchUrl({ name: "data", url: "https://example.org/data" });
    expect(make).toThrow(
      /needs a checksum, .* say \{ sha256: "0{64}" \} once: the error shows the actual one/,
    );
    const file = { name: "data", url: "file:///data", mirrors: ["https://example.org/data"] };
    expect(() => fetchUrl(file)).toThrow(/what comes from https:\/\/example.org\/data needs a checksum/);
  });

  it("refuses what is no checksum, and two of them", () => {
    const url = "https://example.org/data";
    expect(() => fetchUrl({ name: "data", url, sha256: "abc" })).toThrow(
      /its sha256 "abc" is not 64 hex digits/,
    );
    expect(() => fetchUrl({ name: "data", url, sha1: "g".repeat(40) })).toThrow(/is not 40 hex digits/);
    const both = { name: "data", url, sha1: "0".repeat(40), sha256: "0".repeat(64) };
    expect(() => fetchUrl(both)).toThrow(/there are both a sha256 and a sha1/);
  });

  it("counts the URL and the checksum, and not how patient it is", () => {
    const options = { name: "data", url: "https://example.org/a", sha256: "0".repeat(64) };
    const dref = (more: object): string =>
      lens(fetchUrl({ ...options, ...more }), { store: freshStore() }).dref;
    expect(dref({ retries: 9, stallMs: 1, mirrors: ["https://example.net/a"] })).toBe(dref({}));
    expect(dref({ url: "https://example.net/a" })).not.toBe(dref({}));
    expect(dref({ sha256: "1".repeat(64) })).not.toBe(dref({}));
    expect(dref({ unpack: true })).not.toBe(dref({}));
  });
});
