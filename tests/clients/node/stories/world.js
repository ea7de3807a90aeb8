// What every story starts with: the client as a customer makes it, only its address and its token changed.
const assert = require("node:assert/strict");
const { test } = require("node:test");
const intercom = require("intercom-client");

const world = JSON.parse(process.env.WORLD);
const client = new intercom.IntercomClient({ token: world.token, baseUrl: world.url });

const seconds = () => Math.floor(Date.now() / 1000);
const ids = (records) => records.map((record) => record.id);

/** Everything that a pager of the client walks through. */
async function walked(page) {
  const found = [];
  for await (const one of await page) found.push(one);
  return found;
}

/** What a call was refused with: the client's own error, with its status, and the first error that the body tells. */
async function refused(call) {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof intercom.IntercomError, `${error}`);
    const [told] = error.body?.errors ?? [{}];
    return { error, status: error.statusCode, code: told.code, message: told.message };
  }
  throw new assert.AssertionError({ message: "The call was not refused." });
}

module.exports = { assert, client, ids, intercom, refused, seconds, test, walked, world };
