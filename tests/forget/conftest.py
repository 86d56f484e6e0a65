"""What tests of an erasure need."""
