"""Llama (2023): thousands of next tokens, with the same backward walk that learned XOR."""
