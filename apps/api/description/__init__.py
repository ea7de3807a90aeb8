"""The API described, as OpenAPI and as a page: what every endpoint takes and answers, made from the code itself."""
