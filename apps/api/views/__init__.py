"""The API's endpoints, a module a resource: read, one call of the core, reply. What goes round them is in `calls`."""
