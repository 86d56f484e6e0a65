"""Files on the disk: locks, durability, and what the operating system refuses, said so that a user can cure it."""
