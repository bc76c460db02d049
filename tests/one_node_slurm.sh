# A Slurm of one node in a folder, with munge, as root, touching nothing outside it. To be sourced:
#   start_slurm FOLDER    exit code 1, with a word in $slurm_fault, if it does not come up; then $SLURM_CONF is set
#   stop_slurm            stops what was started
slurm_pids="" slurm_fault=""

start_slurm() {
  local folder=$1 node k
  node=$(hostname -s)
  for tool in munged slurmctld slurmd sbatch sinfo; do
    command -v "$tool" >/dev/null || { slurm_fault="$tool is not installed"; return 1; }
  done
  [ "$(id -u)" = 0 ] || { slurm_fault="slurmd wants root"; return 1; }
  mkdir -p "$folder"/{munge,state,spool}
  chmod 755 "$folder" "$folder/munge"
  head -c 1024 /dev/urandom >"$folder/munge/key"
  chmod 600 "$folder/munge/key"
  munged --force --foreground --key-file "$folder/munge/key" --socket "$folder/munge/socket" --pid-file "$folder/munge/pid" \
    --log-file "$folder/munge/log" --seed-file "$folder/munge/seed" >"$folder/munge/out" 2>&1 &
  slurm_pids="$!"
  cat >"$folder/slurm.conf" <<CONF
ClusterName=one
SlurmctldHost=$node(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
CryptoType=crypto/munge
SlurmUser=root
SlurmctldPort=26817
SlurmdPort=26818
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
JobCompType=jobcomp/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
  sed -i '/^CryptoType/d' "$folder/slurm.conf"
  export SLURM_CONF=$folder/slurm.conf
  for k in $(seq 50); do [ -S "$folder/munge/socket" ] && break; sleep 0.2; done
  slurmctld -D -f "$SLURM_CONF" >"$folder/slurmctld.out" 2>&1 &
  slurm_pids="$slurm_pids $!"
  slurmd -D -f "$SLURM_CONF" >"$folder/slurmd.out" 2>&1 &
  slurm_pids="$slurm_pids $!"
  for k in $(seq 150); do
    [ "$(sinfo -h -o %t 2>/dev/null)" = idle ] && return 0
    sleep 0.4
  done
  slurm_fault="Slurm does not come up: $(tail -qn 2 "$folder"/slurm*.out "$folder"/slurm*.log "$folder/munge/out" 2>/dev/null | tr '\n' ' ')"
  stop_slurm
  return 1
}

stop_slurm() {
  [ -z "$slurm_pids" ] || kill $slurm_pids 2>/dev/null || true
  for pid in $slurm_pids; do wait "$pid" 2>/dev/null || true; done
  slurm_pids=""
}
