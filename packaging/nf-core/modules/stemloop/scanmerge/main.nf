process STEMLOOP_SCANMERGE {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/stemloop:0.1.0--0'
        : 'biocontainers/stemloop:0.1.0--0'}"

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
    stemloop scan merge \\
        ${args} \\
        --gff3 ${prefix}.gff3 \\
        --bed-out ${prefix}.bed \\
        --output ${prefix}.tsv \\
        ${parts}
    """

    stub:
    def prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.tsv ${prefix}.gff3 ${prefix}.bed
    """
}
