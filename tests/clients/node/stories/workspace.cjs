// The workspace itself: teammates, what they did, visitors; and who may not ask.
const { assert, client, ids, intercom, refused, seconds, test, world } = require("./world.js");

test("the client knows who it is", async () => {
  const me = await client.admins.identify();

  assert.deepEqual([me.type, me.id, me.email, me.app.id_code], [
    "admin", world.admin_id, world.admin_email, world.app_id]);
});

test("teammates are listed and found", async () => {
  const { admins } = await client.admins.list();
  const found = await client.admins.find({ admin_id: Number(world.admin_id) });
  const missing = await refused(() => client.admins.find({ admin_id: 999999 }));

  assert.deepEqual([ids(admins), found.email], [[world.admin_id], world.admin_email]);
  assert.deepEqual([missing.status, missing.code], [404, "admin_not_found"]);
});

test("what was done is in the activity log", async () => {
  await client.tags.create({ name: "VIP" });
  const since = `${seconds() - 60}`;

  const log = await client.admins.listAllActivityLogs({ created_at_after: since });

  assert.deepEqual(log.activity_logs.map((line) => line.activity_type), ["tag_creation"]);
  assert.equal(log.activity_logs[0].performed_by.id, world.admin_id);
});

test("visitors are read, changed and converted", async () => {
  const [first, second] = world.visitors;
  const ann = await client.contacts.create({ external_id: "1", email: "ann@x.io" });

  const found = await client.visitors.find({ user_id: first });
  const changed = await client.visitors.update({ user_id: first, name: "Vic" });
  const merged = await client.visitors.mergeToContact({
    type: "user", user: { email: "ann@x.io" }, visitor: { user_id: first } });
  const born = await client.visitors.mergeToContact({
    type: "lead", user: { email: "v@x.io" }, visitor: { user_id: second } });
  const gone = await refused(() => client.visitors.find({ user_id: first }));

  assert.deepEqual([found.type, found.id, changed.name], ["visitor", changed.id, "Vic"]);
  assert.deepEqual([merged.id, born.role, born.email], [ann.id, "lead", "v@x.io"]);
  assert.deepEqual([gone.status, gone.message], [404, "Visitor Not Found"]);
});

test("who shows no good token is turned away, in the client's own words", async () => {
  const stranger = new intercom.IntercomClient({ token: "wrong", baseUrl: world.url });

  const told = await refused(() => stranger.contacts.list());

  assert.ok(told.error instanceof intercom.Intercom.UnauthorizedError);
  assert.deepEqual([told.status, told.code, told.message], [401, "unauthorized", "Access Token Invalid"]);
});

test("a token that only reads does not write", async () => {
  const reports = new intercom.IntercomClient({ token: world.weak_token, baseUrl: world.url });

  const listed = await reports.contacts.list();
  const refusal = await refused(() => reports.contacts.create({ external_id: "2" }));

  assert.equal(listed.data.length, 2);
  assert.deepEqual([refusal.status, refusal.code], [403, "forbidden"]);
});

test("the same client works under a path, and with a trailing slash there", async () => {
  for (const baseUrl of [`${world.url}/api`, `${world.url}/api/`, `${world.url}/`]) {
    const other = new intercom.IntercomClient({ token: world.token, baseUrl });
    assert.equal((await other.admins.identify()).id, world.admin_id, baseUrl);
  }
});

test("a version that nobody serves is refused, the unstable part of the client is answered", async () => {
  const old = new intercom.IntercomClient({ token: world.token, baseUrl: world.url, version: "1.4" });

  const told = await refused(() => old.admins.identify());
  const { data } = await client.unstable.contacts.listContacts();

  assert.deepEqual([told.status, told.code], [400, "intercom_version_invalid"]);
  assert.equal(data.length, 2);
});
