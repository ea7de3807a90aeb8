// What hangs on people: tags, notes, segments, subscriptions.
const { assert, client, ids, intercom, refused, seconds, test, walked, world } = require("./world.js");

let ann;
test.before(async () => {
  ann = (await client.contacts.create({ external_id: "1", email: "ann@x.io", last_seen_at: seconds() })).id;
});

test("tags are made, fetched by their name, renamed, hung, taken and deleted", async () => {
  const vip = await client.tags.create({ name: "VIP" });
  const same = await client.tags.create({ name: "vip" });
  const renamed = await client.tags.create({ id: vip.id, name: "Gold" });

  const hung = await client.tags.tagContact({ contact_id: ann, id: vip.id });
  const theirs = await client.contacts.listAttachedTags({ contact_id: ann });
  const taken = await client.tags.untagContact({ contact_id: ann, tag_id: vip.id });
  await client.tags.create({ name: "Gold", users: [{ id: ann }] });
  const again = await client.contacts.find({ contact_id: ann });
  const found = await client.tags.find({ tag_id: vip.id });
  const listed = await client.tags.list();
  const unknown = await refused(() => client.tags.tagContact({ contact_id: ann, id: "123456" }));
  await client.tags.delete({ tag_id: vip.id });
  const gone = await refused(() => client.tags.find({ tag_id: vip.id }));

  assert.deepEqual([same.id, renamed.id, renamed.name, found.name], [vip.id, vip.id, "Gold", "Gold"]);
  assert.equal(typeof vip.id, "string");
  assert.deepEqual([hung.id, hung.applied_by.id, ids(theirs.data), taken.id], [
    vip.id, world.admin_id, [vip.id], vip.id]);
  assert.deepEqual([ids(again.tags.data), ids(listed.data)], [[vip.id], [vip.id]]);
  assert.deepEqual([unknown.status, unknown.message, gone.status], [404, "Resource Not Found", 404]);
  assert.ok(gone.error instanceof intercom.Intercom.NotFoundError);
});

test("notes are left and read, the newest first", async () => {
  const first = await client.notes.create({ contact_id: ann, body: "Call <back>", admin_id: world.admin_id });
  const second = await client.notes.create({ contact_id: ann, body: "<p>Called</p>" });
  const listed = await walked(client.notes.list({ contact_id: ann, per_page: 1 }));
  const found = await client.notes.find({ note_id: Number(first.id) });
  const nobodys = await refused(() => client.notes.create({ contact_id: ann, body: "x", admin_id: "999999" }));
  const empty = await refused(() => client.notes.create({ contact_id: ann, body: "" }));

  assert.deepEqual(ids(listed), [second.id, first.id]);
  assert.deepEqual([found.body, found.contact.id, found.author.email], [
    "<p>Call &lt;back&gt;</p>", ann, world.admin_email]);
  assert.equal(second.body, "<p>Called</p>");
  assert.deepEqual([nobodys.status, nobodys.message, empty.status], [404, "Resource Not Found", 400]);
});

test("segments are read, with their counts", async () => {
  const { segments } = await client.segments.list({ include_count: true });
  const found = await client.segments.find({ segment_id: segments[0].id });
  const theirs = await client.contacts.listAttachedSegments({ contact_id: ann });
  const missing = await refused(() => client.segments.find({ segment_id: "65a92b7ee1a4176d9ab8b357" }));

  assert.deepEqual([segments[0].name, segments[0].person_type, segments[0].count], ["All users", "user", 1]);
  assert.deepEqual([found.id, found.type], [segments[0].id, "segment"]);
  assert.deepEqual(theirs.data.map((segment) => segment.name), ["Active"]);
  assert.equal(missing.status, 404);
});

test("subscriptions are chosen and taken back", async () => {
  const types = await client.subscriptionTypes.list();
  const out = await client.contacts.attachSubscription({ contact_id: ann, id: world.news, consent_type: "opt_out" });
  await client.contacts.attachSubscription({ contact_id: ann, id: world.offers, consent_type: "opt_in" });
  const chosen = await client.contacts.listAttachedSubscriptions({ contact_id: ann });
  const contact = await client.contacts.find({ contact_id: ann });
  const back = await client.contacts.detachSubscription({ contact_id: ann, subscription_id: world.news });
  const left = await client.contacts.listAttachedSubscriptions({ contact_id: ann });
  const unknown = await refused(() =>
    client.contacts.attachSubscription({ contact_id: ann, id: "invalid_id", consent_type: "opt_in" }));

  assert.deepEqual(ids(types.data), [world.news, world.offers]);
  assert.deepEqual([out.type, out.id, out.consent_type, out.default_translation.name], [
    "subscription", world.news, "opt_out", "News"]);
  assert.deepEqual(ids(chosen.data), [world.news, world.offers]);
  assert.deepEqual(ids(contact.opted_out_subscription_types.data), [world.news]);
  assert.deepEqual(ids(contact.opted_in_subscription_types.data), [world.offers]);
  assert.deepEqual([back.id, ids(left.data), unknown.status], [world.news, [world.offers], 404]);
});
