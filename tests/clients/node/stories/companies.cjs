const { assert, client, ids, intercom, refused, test, walked } = require("./world.js");

const user = async (external_id) => (await client.contacts.create({ external_id })).id;

test("a company is made, and changed by the same call", async () => {
  await client.dataAttributes.create({ name: "tier", model: "company", data_type: "string" });
  const made = await client.companies.createOrUpdate({
    company_id: "6", name: "Acme", plan: "Pro", size: 85, website: "https://acme.example", industry: "Rockets",
    remote_created_at: 1374138000, monthly_spend: 155.98, custom_attributes: { tier: "gold" },
  });
  const changed = await client.companies.createOrUpdate({ company_id: "6", name: "Blue Sun" });
  const byPut = await client.companies.update({ company_id: made.id, body: { website: "https://blue.example" } });

  assert.deepEqual(
    [made.type, made.company_id, made.name, made.plan.name, made.size, made.monthly_spend, made.custom_attributes],
    ["company", "6", "Acme", "Pro", 85, 155, { tier: "gold" }],
  );
  assert.deepEqual([changed.id, changed.name, changed.plan.name], [made.id, "Blue Sun", "Pro"]);
  assert.deepEqual([byPut.name, byPut.website, byPut.industry], ["Blue Sun", "https://blue.example", "Rockets"]);
});

test("companies are found by their ids and their names", async () => {
  const made = await client.companies.createOrUpdate({ company_id: "7", name: "Seven" });

  const byId = await client.companies.find({ company_id: made.id });
  const byOwnId = await client.companies.retrieve({ company_id: "7" });
  const byName = await client.companies.retrieve({ name: "Seven" });
  const nobodys = await refused(() => client.companies.retrieve({ company_id: "no such" }));

  assert.deepEqual([byId.id, byOwnId.id, byName.id], [made.id, made.id, made.id]);
  assert.ok(nobodys.error instanceof intercom.Intercom.NotFoundError);
  assert.equal(nobodys.code, "company_not_found");
});

test("people join companies and leave them", async () => {
  const [ann, bea] = [await user("1"), await user("2")];
  const acme = await client.companies.createOrUpdate({ company_id: "8", name: "Eight" });
  const nine = await client.companies.createOrUpdate({ company_id: "9", name: "Nine" });

  const attached = await client.companies.attachContact({ contact_id: ann, id: acme.id });
  await client.companies.attachContact({ contact_id: ann, id: acme.id });
  await client.companies.attachContact({ contact_id: ann, id: nine.id });
  await client.companies.attachContact({ contact_id: bea, id: acme.id });
  const theirs = await walked(client.contacts.listAttachedCompanies({ contact_id: ann, per_page: 1 }));
  const people = await client.companies.listAttachedContacts({ company_id: acme.id });
  const inside = await client.companies.listAttachedSegments({ company_id: acme.id });
  const contact = await client.contacts.find({ contact_id: ann });
  const missing = await refused(() => client.companies.attachContact({ contact_id: ann, id: "123" }));
  await client.companies.detachContact({ contact_id: ann, company_id: nine.id });
  const left = await walked(client.contacts.listAttachedCompanies({ contact_id: ann }));

  assert.equal(attached.id, acme.id);
  assert.deepEqual(ids(theirs), [acme.id, nine.id]);
  assert.deepEqual([ids(people.data).sort(), people.total_count], [[ann, bea].sort(), 2]);
  assert.deepEqual(inside.data.map((segment) => segment.type), ["segment"]);
  assert.deepEqual([contact.companies.total_count, contact.companies.data[0].id], [2, acme.id]);
  assert.deepEqual([missing.status, missing.code], [404, "company_not_found"]);
  assert.deepEqual(ids(left), [acme.id]);
});

test("the client's pagers come to an end", async () => {
  const listed = await walked(client.companies.list({ per_page: 1 }));
  const scrolled = await walked(client.companies.scroll());

  assert.deepEqual(listed.map((one) => one.company_id), ["8"]);  // those with people
  assert.deepEqual(scrolled.map((one) => one.company_id).sort(), ["6", "7", "8", "9"]);
});

test("companies are tagged, listed by their tag, and untagged", async () => {
  const gold = await client.tags.create({ name: "Gold", companies: [{ company_id: "6" }, { company_id: "8" }] });
  const tagged = await client.companies.retrieve({ tag_id: gold.id, per_page: 1 });
  const carries = await client.companies.retrieve({ company_id: "6" });
  await client.tags.create({ name: "Gold", companies: [{ company_id: "6", untag: true }] });
  const after = await client.companies.retrieve({ company_id: "6" });

  assert.deepEqual([tagged.total_count, tagged.data.length], [2, 1]);
  assert.deepEqual(carries.tags, { type: "tag.list", tags: [{ type: "tag", id: gold.id, name: "Gold" }] });
  assert.deepEqual(after.tags.tags, []);
});

test("a company is deleted, its people stay", async () => {
  const eight = await client.companies.retrieve({ company_id: "8" });

  const deleted = await client.companies.delete({ company_id: eight.id });
  const gone = await refused(() => client.companies.find({ company_id: eight.id }));
  const ann = await client.contacts.showContactByExternalId({ external_id: "1" });

  assert.deepEqual(deleted, { id: eight.id, object: "company", deleted: true });
  assert.deepEqual([gone.status, gone.code, gone.message], [404, "company_not_found", "Company Not Found"]);
  assert.equal(ann.companies.total_count, 0);
});

test("what cannot be taken is refused", async () => {
  const nothing = await refused(() => client.companies.createOrUpdate());
  const unknown = await refused(() => client.companies.createOrUpdate({ company_id: "6", test: 1 }));
  const wrong = await refused(() =>
    client.companies.createOrUpdate({ company_id: "6", custom_attributes: { never_made: 1 } }));

  for (const refusal of [nothing, unknown, wrong]) {
    assert.ok(refusal.error instanceof intercom.Intercom.BadRequestError, refusal.message);
  }
  assert.deepEqual([unknown.code, unknown.message], ["bad_request", "bad 'test' parameter"]);
});
