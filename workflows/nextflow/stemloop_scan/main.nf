// A chunk of a genome scan; gather the parts with `stemloop scan merge`. In the shape of an nf-core module.
process STEMLOOP_SCAN {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"

    input:
    tuple val(meta), path(genome), val(chunk), val(chunks)

    output:
    tuple val(meta), path("*.part.${chunk}"), emit: part
    tuple val("${task.process}"), val('stemloop'), eval("stemloop --version | sed 's/stemloop //'"), emit: versions_stemloop, topic: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def prefix = task.ext.prefix ?: "${meta.id}"
    """
    stemloop scan ${genome} --chunk ${chunk}/${chunks} ${args} -t ${task.cpus} -q -o ${prefix}.part.${chunk}
    """

    stub:
    def prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.part.${chunk}
    """
}

process STEMLOOP_SCANMERGE {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"

    input:
    tuple val(meta), path(parts)

    output:
    tuple val(meta), path("*.tsv"), emit: loci
    tuple val(meta), path("*.gff3"), emit: gff3
    tuple val(meta), path("*.bed"), emit: bed
    tuple val("${task.process}"), val('stemloop'), eval("stemloop --version | sed 's/stemloop //'"), emit: versions_stemloop, topic: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def prefix = task.ext.prefix ?: "${meta.id}"
    """
    stemloop scan merge ${parts} ${args} -o ${prefix}.tsv --gff3 ${prefix}.gff3 --bed-out ${prefix}.bed
    """

    stub:
    def prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.tsv ${prefix}.gff3 ${prefix}.bed
    """
}
