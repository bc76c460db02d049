process STEMLOOP_SCAN {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/stemloop:0.1.0--0'
        : 'biocontainers/stemloop:0.1.0--0'}"

    input:
    tuple val(meta), path(genome), val(chunk), val(chunks)

    output:
    tuple val(meta), path("*.part.*"), emit: part
    tuple val("${task.process}"), val('stemloop'), eval("stemloop --version | sed 's/stemloop //'"), emit: versions_stemloop, topic: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def prefix = task.ext.prefix ?: "${meta.id}"
    """
    stemloop scan \\
        ${args} \\
        --chunk ${chunk}/${chunks} \\
        --threads ${task.cpus} \\
        --quiet \\
        --output ${prefix}.part.${chunk} \\
        ${genome}
    """

    stub:
    def prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.part.${chunk}
    """
}
