const { assert, client, intercom, refused, test } = require("./world.js");

const own = async (more) =>
  (await client.dataAttributes.list({ model: "contact", ...more })).data.filter((one) => one.custom);

test("attributes of every type are made and read", async () => {
  for (const data_type of ["string", "integer", "float", "boolean", "date"]) {
    const made = await client.dataAttributes.create({ name: `a_${data_type}`, model: "contact", data_type });
    assert.deepEqual(
      [made.type, made.full_name, made.data_type, made.custom, made.archived, typeof made.id],
      ["data_attribute", `custom_attributes.a_${data_type}`, data_type, true, false, "number"],
    );
  }
  assert.equal((await own()).length, 5);
});

test("a list has options, which are changed", async () => {
  const stage = await client.dataAttributes.create({
    name: "stage", model: "contact", data_type: "options", options: [{ value: "A" }, { value: "B" }] });
  const changed = await client.dataAttributes.update({
    data_attribute_id: stage.id, body: { options: [{ value: "B" }, { value: "C" }], description: "Where they are" } });

  assert.deepEqual([stage.data_type, stage.options], ["string", ["A", "B"]]);
  assert.deepEqual([changed.options, changed.description], [["B", "C"], "Where they are"]);
});

test("an attribute is archived and brought back", async () => {
  const [first] = await own();
  const archived = await client.dataAttributes.update({ data_attribute_id: first.id, body: { archived: true } });
  const left = await own();
  const all = await own({ include_archived: true });
  const back = await client.dataAttributes.update({ data_attribute_id: first.id, body: { archived: false } });

  assert.deepEqual([archived.archived, back.archived], [true, false]);
  assert.deepEqual([left.some((one) => one.id === first.id), all.some((one) => one.id === first.id)], [false, true]);
});

test("the standard attributes are listed, of people and of companies", async () => {
  const contact = await client.dataAttributes.list({ model: "contact" });
  const both = await client.dataAttributes.list();

  assert.ok(contact.data.every((one) => one.model === "contact"));
  assert.deepEqual(new Set(both.data.map((one) => one.model)), new Set(["contact", "company"]));
  assert.equal(contact.data.find((one) => one.name === "email").id, undefined);
});

test("what cannot be made is refused", async () => {
  const taken = await refused(() =>
    client.dataAttributes.create({ name: "a_string", model: "company", data_type: "string" }));
  const standard = await refused(() =>
    client.dataAttributes.create({ name: "email", model: "contact", data_type: "string" }));
  const characters = await refused(() =>
    client.dataAttributes.create({ name: "a.b", model: "contact", data_type: "string" }));
  const type = await refused(() => client.dataAttributes.create({ name: "x", model: "contact", data_type: "colour" }));
  const model = await refused(() => client.dataAttributes.create({ name: "x", model: "dog", data_type: "string" }));
  const unknown = await refused(() =>
    client.dataAttributes.update({ data_attribute_id: 999999, body: { description: "x" } }));

  for (const refusal of [taken, standard, characters, type, model]) {
    assert.ok(refusal.error instanceof intercom.Intercom.BadRequestError, refusal.message);
    assert.equal(refusal.code, "parameter_invalid");
  }
  assert.match(taken.message, /^You already have 'a_string' in your people data\./);
  assert.equal(type.message, "Data Type isn't an option");
  assert.equal(model.message, "The Data Attribute model field must be either contact or company");
  assert.deepEqual([unknown.status, unknown.code], [404, "field_not_found"]);
});
