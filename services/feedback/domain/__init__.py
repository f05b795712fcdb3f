"""Pure rules: values in, values out. Imports the standard library and this folder, nothing else."""
