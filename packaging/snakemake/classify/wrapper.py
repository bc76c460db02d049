"""Snakemake wrapper: stemloop classify."""

__author__ = "The stemloop authors"
__license__ = "MIT"

from shlex import quote

from snakemake.shell import shell

log = snakemake.log_fmt_shell(stdout=False, stderr=True)
extra = snakemake.params.get("extra", "")
source = quote(str(snakemake.input.get("fasta", snakemake.input[0])))
target = quote(str(snakemake.output.get("calls", snakemake.output[0])))

shell(f"stemloop classify -t {snakemake.threads} {extra} -o {target} {source} {log}")
