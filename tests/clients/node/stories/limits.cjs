// Three calls in two seconds are allowed to this token.
const { assert, client, intercom, refused, test, world } = require("./world.js");

test("the client reads what is left", async () => {
  const { rawResponse } = await client.admins.identify().withRawResponse();

  assert.equal(rawResponse.headers.get("X-RateLimit-Limit"), "3");
  assert.match(rawResponse.headers.get("X-RateLimit-Remaining"), /^[0-2]$/);
  assert.match(rawResponse.headers.get("X-RateLimit-Reset"), /^\d{10}$/);
});

test("the client waits and asks again until it is answered", async () => {
  const began = Date.now();
  for (let call = 0; call < 8; call++) assert.equal((await client.admins.identify()).id, world.admin_id);

  assert.ok(Date.now() - began > 1500, "nobody made it wait");
});

test("a client that does not repeat is told why", async () => {
  const once = new intercom.IntercomClient({ token: world.token, baseUrl: world.url, maxRetries: 0 });

  const told = await refused(async () => {
    for (let call = 0; call < 20; call++) await once.admins.identify();
  });

  assert.deepEqual([told.status, told.code], [429, "rate_limit_exceeded"]);
});
