"""Public registers of procurement as files, one module a register."""
