"""The few things that every room stands on: ids, crypto, API, audit, jobs, pipeline, registries."""
