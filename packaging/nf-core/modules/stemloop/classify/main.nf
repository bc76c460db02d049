process STEMLOOP_CLASSIFY {
    tag "${meta.id}"
    label 'process_medium'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/stemloop:0.1.0--0'
        : 'biocontainers/stemloop:0.1.0--0'}"

    input:
    tuple val(meta), path(fasta)

    output:
    tuple val(meta), path("*.tsv"), emit: calls
    tuple val("${task.process}"), val('stemloop'), eval("stemloop --version | sed 's/stemloop //'"), emit: versions_stemloop, topic: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def prefix = task.ext.prefix ?: "${meta.id}"
    """
    stemloop classify \\
        ${args} \\
        --threads ${task.cpus} \\
        --skip-bad \\
        --output ${prefix}.tsv \\
        ${fasta}
    """

    stub:
    def prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.tsv
    """
}
