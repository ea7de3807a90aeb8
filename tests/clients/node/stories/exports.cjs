// Exports of message data, of which there is none, and the jobs that other calls begin.
const { assert, client, refused, test } = require("./world.js");

test("exports of messages find none", async () => {
  const asked = await client.dataExport.create({ created_at_after: 1717490000, created_at_before: 1717510000 });
  const found = await client.dataExport.find({ job_identifier: asked.job_identifier });
  const cancelled = await client.dataExport.cancel({ job_identifier: asked.job_identifier });
  const job = await client.jobs.status({ job_id: asked.job_identifier });
  const nothing = await refused(() => client.dataExport.download({ job_identifier: asked.job_identifier }));
  const missing = await refused(() => client.dataExport.find({ job_identifier: "no-such-job" }));
  const endless = await refused(() => client.dataExport.create({ created_at_after: 1717490000 }));

  assert.deepEqual([asked.status, found.status, cancelled.status], ["no_data", "no_data", "no_data"]);
  assert.deepEqual([found.job_identifier, asked.download_url], [asked.job_identifier, ""]);
  assert.deepEqual([job.type, job.id, job.status], ["job", asked.job_identifier, "success"]);
  assert.deepEqual([nothing.status, missing.status], [404, 404]);
  assert.deepEqual([endless.status, endless.code], [400, "parameter_missing"]);
});

test("a job that is nobody's is not found", async () => {
  const missing = await refused(() => client.jobs.status({ job_id: "no-such-job" }));

  assert.deepEqual([missing.status, missing.code, missing.message], [404, "job_not_found", "Job Not Found"]);
});
