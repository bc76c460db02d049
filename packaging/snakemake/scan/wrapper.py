"""Snakemake wrapper: stemloop scan."""

__author__ = "The stemloop authors"
__license__ = "MIT"

from shlex import quote

from snakemake.shell import shell

log = snakemake.log_fmt_shell(stdout=False, stderr=True)
extra = snakemake.params.get("extra", "")
source = quote(str(snakemake.input.get("fasta", snakemake.input[0])))
target = quote(str(snakemake.output.get("loci", snakemake.output[0])))
for name, option in (("gff3", "--gff3"), ("bed", "--bed-out")):
    if snakemake.output.get(name):
        extra += f" {option} {quote(str(snakemake.output.get(name)))}"

shell(f"stemloop scan -t {snakemake.threads} {extra} -o {target} {source} {log}")
