#!/bin/bash
# A Slurm cluster of one node on loopback, a small sweep by it, and the end of the cluster.
#
# As root, on Debian or Ubuntu: bash dev/slurm/loopback.sh [flags for deno task sweep]
# It installs slurm-wlm and munge if they are missing, starts munged, slurmctld and slurmd by hand (no systemd), in a folder that
# it removes, and leaves the sweep in runs/slurm_loopback.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v slurmctld slurmd munged > /dev/null; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends slurm-wlm munge
fi

place=$(mktemp -d /tmp/slurm_loopback.XXXXXX)
chmod 755 "$place"
node=$(hostname -s)
export SLURM_CONF=$place/slurm.conf

cat > "$SLURM_CONF" << EOF
ClusterName=loopback
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$place/munge.socket
CredType=cred/munge
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.pid
SlurmctldLogFile=$place/slurmctld.log
SlurmdLogFile=$place/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
SwitchType=switch/none
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP
EOF

pids=()
down() {
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  wait
  rm -rf "$place"
}
trap down EXIT

mkdir "$place/state" "$place/spool"
dd if=/dev/urandom of="$place/munge.key" bs=128 count=1 status=none
chmod 600 "$place/munge.key"
munged --foreground --force --key-file "$place/munge.key" --socket "$place/munge.socket" \
  --pid-file "$place/munged.pid" --seed-file "$place/munged.seed" > "$place/munged.log" 2>&1 &
pids+=($!)
slurmctld -D -i > /dev/null 2>&1 &
pids+=($!)
slurmd -D -N "$node" > /dev/null 2>&1 &
pids+=($!)

for _ in $(seq 60); do
  if sinfo --noheader --format=%T 2> /dev/null | grep -q idle; then ready=1 && break; fi
  sleep 1
done
if [ -z "${ready:-}" ]; then
  echo "the cluster does not come up:" >&2
  tail -n 20 "$place"/*.log >&2
  exit 1
fi
sinfo

runs=runs/slurm_loopback
rm -rf "$runs"
flags=(--configs echo,vae --betas 0.5,1 --seeds 1 --limit 1000 --epochs 1 --device cpu)
[ $# -gt 0 ] && flags=("$@")
sweep() {
  echo "\$ deno task sweep --launcher slurm --runs-dir $runs ${flags[*]} $*"
  deno task --quiet sweep --launcher slurm --runs-dir "$runs" "${flags[@]}" "$@"
}
forget() { # the first job's run
  first=$(awk -F, 'NR == 2 { print $1 "_beta" $2 "_seed" $3 }' "$runs/curve.csv")
  rm -r "${runs:?}/$first"
}

echo "## submitted, and collected by the same command"
sweep --jobs 1 --no-wait
squeue
sweep --jobs 1

echo "## a run is taken away, and its new job cancelled while the command waits"
forget
sweep &
waiting=$!
until squeue --noheader --format=%T | grep -q RUNNING; do sleep 0.2; done
scancel "$(squeue --noheader --format=%A | head -n 1)"
wait $waiting && exit 1

echo "## the same command does what is missing"
sweep

echo "## Slurm's own words"
grep -E "submit_batch|Allocate|complete|kill|cancel" -i "$place/slurmctld.log"
