const { assert, client, refused, seconds, test } = require("./world.js");

const now = seconds();
let ann;
test.before(async () => {
  ann = (await client.contacts.create({ external_id: "1", email: "ann@x.io" })).id;
});

test("events are told by each name, once each", async () => {
  const what = { event_name: "invited-friend", metadata: { invitee: "b@x.io", price: { amount: 900, currency: "eur" } } };
  await client.events.create({ ...what, id: ann, created_at: now - 2 });
  await client.events.create({ ...what, user_id: "1", created_at: now - 1 });
  await client.events.create({ ...what, email: "ann@x.io", created_at: now });
  await client.events.create({ ...what, email: "ann@x.io", created_at: now });

  const summed = await client.events.list({ type: "user", intercom_user_id: ann, summary: true });
  const plain = await client.events.list({ type: "user", user_id: "1" });
  const paged = await client.events.list({ type: "user", email: "ann@x.io", per_page: 2 });

  assert.deepEqual([summed.type, summed.user_id, summed.intercom_user_id], ["event.summary", "1", ann]);
  assert.deepEqual(summed.events.map((one) => [one.name, one.count]), [["invited-friend", 3]]);
  assert.equal(summed.events[0].last, new Date(now * 1000).toISOString());
  assert.deepEqual(plain.events.map((one) => one.created_at), [now, now - 1, now - 2]);
  assert.deepEqual(plain.events[0].metadata, what.metadata);
  assert.deepEqual([paged.events.length, typeof paged.pages.next], [2, "string"]);
});

test("what another system counted is told", async () => {
  await client.events.summaries({
    user_id: "1",
    event_summaries: { event_name: "signed-in", count: 3, first: now - 90, last: now - 5 },
  });

  const summed = await client.events.list({ type: "user", user_id: "1", summary: true });

  assert.deepEqual(summed.events.find((one) => one.name === "signed-in").count, 3);
});

test("an event needs a name, a time and somebody", async () => {
  const unnamed = await refused(() => client.events.create({ id: ann, created_at: now }));
  const timeless = await refused(() => client.events.create({ id: ann, event_name: "x" }));
  const nobodys = await refused(() => client.events.create({ user_id: "nobody", event_name: "x", created_at: now }));

  assert.deepEqual([unnamed.status, timeless.status, nobodys.status], [400, 400, 404]);
});
