#!/usr/bin/env bash
# Starts Slurm with one node, this machine, runs a command with its programs, and ends it.
#   slurm.sh COMMAND…
# Everything is in a temporary folder; nothing of the system's configuration is read. Needs root: slurmd starts jobs for users.
set -euo pipefail
folder=$(mktemp -d "${TMPDIR:-/tmp}/mixgrad-slurm-XXXXXX")
chmod 755 "$folder"
host=$(hostname -s)
cpus=$(nproc)
port=$((20000 + $$ % 20000))
mkdir "$folder/munge" "$folder/state" "$folder/spool"
dd if=/dev/urandom of="$folder/munge/key" bs=128 count=1 status=none
chmod 400 "$folder/munge/key"
chmod 700 "$folder/munge"
cat >"$folder/slurm.conf" <<END
ClusterName=mixgrad
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=1,sched_interval=2
JobAcctGatherType=jobacct_gather/none
KillWait=20
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
END
export SLURM_CONF=$folder/slurm.conf
processes=()
finish() {
  for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  if [ "${status:-1}" -ne 0 ]; then tail -n 20 "$folder"/*.log >&2 || true; fi
  rm -rf "$folder"
}
trap finish EXIT
munged --foreground --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
  --pid-file="$folder/munge/pid" --log-file="$folder/munge/log" --seed-file="$folder/munge/seed" 2>/dev/null &
processes+=($!)
for _ in $(seq 50); do [ -S "$folder/munge/socket" ] && break; sleep 0.1; done
slurmctld -D -c -f "$SLURM_CONF" 2>/dev/null &
processes+=($!)
slurmd -D -c -f "$SLURM_CONF" -N "$host" 2>/dev/null &
processes+=($!)
for _ in $(seq 150); do
  [ "$(sinfo --noheader --format=%t 2>/dev/null)" = idle ] && break
  sleep 0.2
done
[ "$(sinfo --noheader --format=%t)" = idle ] || { echo 'the node does not become idle' >&2; exit 1; }
status=0
"$@" || status=$?
exit "$status"
