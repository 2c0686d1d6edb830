"""What works across stages: running all of it on one machine, verify, dead letters, status, doctor."""
