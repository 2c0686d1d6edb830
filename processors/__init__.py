"""The one consumer loop (`processors.run`), and one module a step."""
