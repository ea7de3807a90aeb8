const { assert, client, ids, intercom, refused, test, walked } = require("./world.js");

const user = (external_id, more = {}) => client.contacts.create({ external_id, ...more });
const lead = (email, more = {}) => client.contacts.create({ role: "lead", email, ...more });

test("a user is made, read, changed and deleted", async () => {
  await client.dataAttributes.create({ name: "plan_type", model: "contact", data_type: "string" });
  await client.dataAttributes.create({ name: "seats", model: "contact", data_type: "integer" });
  const ann = await user("25", {
    email: "Ann@X.io",
    name: "Ann Lee",
    phone: "+353871234567",
    signed_up_at: 1571672154,
    last_seen_at: 1571672158,
    unsubscribed_from_emails: true,
    avatar: "https://example.com/ann.png",
    custom_attributes: { plan_type: "free", seats: 80 },
  });
  const changed = await client.contacts.update({
    contact_id: ann.id,
    name: "Ann Low",
    custom_attributes: { plan_type: "enterprise" },
  });
  const found = await client.contacts.find({ contact_id: ann.id });

  assert.match(ann.id, /^[0-9a-f]{24}$/);
  assert.deepEqual(
    [ann.type, ann.role, ann.external_id, ann.email, ann.phone, ann.signed_up_at, ann.last_seen_at],
    ["contact", "user", "25", "ann@x.io", "+353871234567", 1571672154, 1571672158],
  );
  assert.deepEqual([ann.unsubscribed_from_emails, ann.avatar], [true, {
    type: "avatar", image_url: "https://example.com/ann.png" }]);
  assert.deepEqual([changed.name, found.name], ["Ann Low", "Ann Low"]);
  assert.deepEqual(found.custom_attributes, { plan_type: "enterprise", seats: 80 });
  assert.deepEqual([found.tags.total_count, found.companies.data, found.notes.has_more], [0, [], false]);

  const gone = await client.contacts.delete({ contact_id: ann.id });
  assert.deepEqual(gone, { type: "contact", id: ann.id, external_id: "25", deleted: true });
  const missing = await refused(() => client.contacts.find({ contact_id: ann.id }));
  assert.deepEqual([missing.status, missing.code, missing.message], [404, "not_found", "User Not Found"]);
});

test("null and the empty text clear, what is not named stays", async () => {
  const ann = await user("26", { name: "Ann", phone: "+353871234568", custom_attributes: { seats: 3 } });

  const cleared = await client.contacts.update({
    contact_id: ann.id, name: null, custom_attributes: { seats: null, plan_type: "" } });

  assert.deepEqual([cleared.name, cleared.phone, cleared.custom_attributes], [null, "+353871234568", {}]);
});

test("a contact is found by the customer's own id, whatever is in it", async () => {
  const ann = await user("a/b c?d=é");

  const found = await client.contacts.showContactByExternalId({ external_id: "a/b c?d=é" });
  const missing = await refused(() => client.contacts.showContactByExternalId({ external_id: "nobody" }));

  assert.equal(found.id, ann.id);
  assert.deepEqual([missing.status, missing.code], [404, "not_found"]);
});

test("a user who is there already is a conflict that names them", async () => {
  const ann = await user("27", { email: "dup@x.io" });

  const byId = await refused(() => user("27"));
  const byEmail = await refused(() => client.contacts.create({ email: "dup@x.io" }));
  await client.contacts.archive({ contact_id: ann.id });
  const archived = await refused(() => client.contacts.create({ email: "dup@x.io" }));

  assert.deepEqual([byId.status, byId.code], [409, "conflict"]);
  assert.equal(byId.message, `A contact matching those details already exists with id=${ann.id}`);
  assert.deepEqual([byEmail.status, byEmail.message], [409, byId.message]);
  assert.equal(archived.message, `An archived contact matching those details already exists with id=${ann.id}`);
});

test("leads never conflict, and become users", async () => {
  const [ben, bo] = [await lead("lead@x.io"), await lead("lead@x.io")];

  const became = await client.contacts.update({ contact_id: ben.id, role: "user", external_id: "28" });
  const back = await refused(() => client.contacts.update({ contact_id: ben.id, role: "lead" }));

  assert.notEqual(ben.id, bo.id);
  assert.deepEqual([became.id, became.role, became.external_id], [ben.id, "user", "28"]);
  assert.deepEqual([back.status, back.code], [400, "client_error"]);
});

test("contacts are archived, brought back and blocked", async () => {
  const ann = await user("29");

  const archived = await client.contacts.archive({ contact_id: ann.id });
  const stillRead = await client.contacts.find({ contact_id: ann.id });
  const listed = ids(await walked(client.contacts.list()));
  const back = await client.contacts.unarchive({ contact_id: ann.id });
  const listedAgain = ids(await walked(client.contacts.list()));
  const blocked = await client.contacts.blockContact({ contact_id: ann.id });

  assert.deepEqual([archived.archived, stillRead.id, listed.includes(ann.id)], [true, ann.id, false]);
  assert.deepEqual([back.archived, listedAgain.includes(ann.id), blocked.blocked], [false, true, true]);
});

test("a lead is merged into a user, with all that hangs on it", async () => {
  const [ann, ben] = [await user("30", { email: "m@x.io" }), await lead("m@x.io", { name: "Ben" })];
  const tag = await client.tags.create({ name: "VIP" });
  await client.tags.tagContact({ contact_id: ben.id, id: tag.id });

  const merged = await client.contacts.mergeLeadInUser({ from: ben.id, into: ann.id });
  const gone = await refused(() => client.contacts.find({ contact_id: ben.id }));
  const wrong = await refused(() => client.contacts.mergeLeadInUser({ from: ann.id, into: ann.id }));

  assert.deepEqual([merged.id, merged.role, merged.name, ids(merged.tags.data)], [ann.id, "user", "Ben", [tag.id]]);
  assert.deepEqual([gone.status, wrong.status], [404, 400]);
});

test("the client's own pager walks over everybody, newest first, and over nobody twice", async () => {
  const made = [];
  for (const number of [1, 2, 3, 4, 5, 6, 7]) made.unshift((await lead(`page${number}@x.io`)).id);

  const walk = await walked(client.contacts.list({ per_page: 3 }));
  const page = await client.contacts.list({ per_page: 3 });

  assert.deepEqual(ids(walk).slice(0, 7), made);
  assert.equal(new Set(ids(walk)).size, walk.length);
  assert.deepEqual([page.response.total_count, page.response.pages.per_page], [walk.length, 3]);
  assert.equal(page.response.pages.total_pages, Math.ceil(walk.length / 3));
});

test("what cannot be taken is refused with a reason", async () => {
  const ann = await user("31");

  const nothing = await refused(() => client.contacts.create({}));
  const unknown = await refused(() =>
    client.contacts.update({ contact_id: ann.id, custom_attributes: { never_made: 1 } }));
  const wrongKind = await refused(() =>
    client.contacts.update({ contact_id: ann.id, custom_attributes: { seats: "many" } }));
  const nobodysOwner = await refused(() => client.contacts.update({ contact_id: ann.id, owner_id: 999999 }));

  for (const refusal of [nothing, unknown, wrongKind, nobodysOwner]) {
    assert.equal(refusal.status, 400, refusal.message);
    assert.ok(refusal.error instanceof intercom.IntercomError);
  }
  assert.equal(nothing.code, "parameter_missing");
  assert.equal(nobodysOwner.message, "The owner specified is not a member of the workspace");
});
