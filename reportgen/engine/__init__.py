"""The incremental engine: steps, keys, the artifact store, the plan, the runner."""
