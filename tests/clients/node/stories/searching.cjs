const { assert, client, ids, intercom, refused, test, walked, world } = require("./world.js");

const DAY = 86400;
const people = {};
const one = (field, operator, value) => ({ field, operator, value });
const search = async (query, more = {}) => ids(await walked(client.contacts.search({ query, ...more }))).sort();
const named = (...names) => names.map((name) => people[name]).sort();

test.before(async () => {
  for (const [name, data_type] of [["plan", "string"], ["seats", "integer"], ["score", "float"], ["paid", "boolean"],
    ["renewal", "date"]]) {
    await client.dataAttributes.create({ name, model: "contact", data_type });
  }
  const all = {
    ann: { external_id: "1", email: "ann@acme.io", name: "Ann Lee", custom_attributes: {
      plan: "Pro", seats: 5, score: 1.5, paid: true, renewal: 1700000000 } },
    bea: { external_id: "2", email: "bea@acme.io", name: "Bea", custom_attributes: {
      plan: "Free", seats: 50, score: 2.5, paid: false, renewal: 1700000000 + 3 * DAY } },
    cid: { external_id: "3", email: "cid@other.io" },
    ben: { role: "lead", email: "ben@other.io", custom_attributes: { plan: "Pro" } },
  };
  for (const [name, contact] of Object.entries(all)) people[name] = (await client.contacts.create(contact)).id;
});

test("texts", async () => {
  const plan = "custom_attributes.plan";
  assert.deepEqual(await search(one(plan, "=", "Pro")), named("ann", "ben"));
  assert.deepEqual(await search(one(plan, "!=", "Pro")), named("bea", "cid"));
  assert.deepEqual(await search(one(plan, "IN", ["Pro", "Free"])), named("ann", "bea", "ben"));
  assert.deepEqual(await search(one(plan, "NIN", ["Free"])), named("ann", "ben", "cid"));
  assert.deepEqual(await search(one("name", "~", "lee")), named("ann"));
  assert.deepEqual(await search(one("email", "!~", "acme")), named("cid", "ben"));
  assert.deepEqual(await search(one("email", "^", "be")), named("bea", "ben"));
  assert.deepEqual(await search(one("email", "$", "other.io")), named("cid", "ben"));
  assert.deepEqual(await search(one("external_id", "=", "2")), named("bea"));
  assert.deepEqual(await search(one("role", "=", "lead")), named("ben"));
  assert.deepEqual(await search(one("id", "=", people.cid)), named("cid"));
});

test("nothing, and something", async () => {
  assert.deepEqual(await search(one("name", "=", null)), named("cid", "ben"));
  assert.deepEqual(await search(one("name", "!=", null)), named("ann", "bea"));
});

test("numbers", async () => {
  const seats = "custom_attributes.seats";
  assert.deepEqual(await search(one(seats, "=", 5)), named("ann"));
  assert.deepEqual(await search(one(seats, "=", "50")), named("bea"));
  assert.deepEqual(await search(one(seats, "!=", 5)), named("bea", "cid", "ben"));
  assert.deepEqual(await search(one(seats, ">", 5)), named("bea"));
  assert.deepEqual(await search(one(seats, "<", 50)), named("ann"));
  assert.deepEqual(await search(one(seats, ">=", 5)), named("ann", "bea"));
  assert.deepEqual(await search(one(seats, "<=", 5)), named("ann"));
  assert.deepEqual(await search(one(seats, "IN", [5, 7])), named("ann"));
  assert.deepEqual(await search(one("custom_attributes.score", ">", 1.5)), named("bea"));
});

test("true and false", async () => {
  const paid = "custom_attributes.paid";
  assert.deepEqual(await search(one(paid, "=", true)), named("ann"));
  assert.deepEqual(await search(one(paid, "=", 0)), named("bea"));
});

test("dates are whole days", async () => {
  const renewal = "custom_attributes.renewal";
  assert.deepEqual(await search(one(renewal, "=", 1700000000 - 3600)), named("ann"));
  assert.deepEqual(await search(one(renewal, ">", 1700000000)), named("bea"));
  assert.deepEqual(await search(one(renewal, "<", `${1700000000 + DAY}`)), named("ann"));
  const unfit = await refused(() => search(one(renewal, ">=", 1700000000)));
  assert.equal(unfit.status, 400);
});

test("groups, two deep", async () => {
  const pro = one("custom_attributes.plan", "=", "Pro");
  assert.deepEqual(await search({ operator: "AND", value: [pro, one("role", "=", "user")] }), named("ann"));
  assert.deepEqual(
    await search({ operator: "OR", value: [
      { operator: "AND", value: [pro, one("role", "=", "lead")] },
      { operator: "AND", value: [one("custom_attributes.seats", ">", 10), one("role", "=", "user")] },
    ] }),
    named("bea", "ben"),
  );
});

test("tags and segments", async () => {
  const tag = await client.tags.create({ name: "VIP" });
  await client.tags.tagContact({ contact_id: people.ann, id: tag.id });

  assert.deepEqual(await search(one("tag_id", "=", tag.id)), named("ann"));
  assert.deepEqual(await search(one("tag_id", "!=", tag.id)), named("bea", "cid", "ben"));
});

test("the client's pager walks over all that match", async () => {
  const query = { operator: "OR", value: [one("role", "=", "user"), one("role", "=", "lead")] };

  const page = await client.contacts.search({ query, pagination: { per_page: 1 } });
  const walk = await walked(Promise.resolve(page));

  assert.equal(page.response.total_count ?? walk.length, 4);
  assert.deepEqual(ids(walk).sort(), named("ann", "bea", "cid", "ben"));
});

test("who has just changed is found by what they are now", async () => {
  for (let round = 0; round < 20; round++) {
    await client.contacts.update({ contact_id: people.cid, custom_attributes: { plan: `Plan ${round}` } });
    assert.deepEqual(await search(one("custom_attributes.plan", "=", `Plan ${round}`)), named("cid"));
  }
});

test("what cannot be asked is refused", async () => {
  for (const query of [
    one("custom_attributes.never_made", "=", "x"),
    one("custom_attributes.seats", "~", "5"),
    one("name", ">", "A"),
    { operator: "AND", value: Array(16).fill(one("role", "=", "user")) },
  ]) {
    const told = await refused(() => search(query));
    assert.equal(told.status, 400, JSON.stringify(query));
    assert.ok(told.error instanceof intercom.IntercomError);
  }
  const cursor = await refused(() =>
    search(one("role", "=", "user"), { pagination: { starting_after: "not a cursor" } }));
  assert.deepEqual([cursor.status, cursor.code], [400, "client_error"]);
});
