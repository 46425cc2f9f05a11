# Runs a command as a container would: read-only-root.sh TREE FOLDER USER COMMAND…. Its root has TREE's folders, this machine's
# base system and FOLDER, all read-only, and nothing that can be written. Needs root; becomes the command.
set -eu
if [ "${1:-}" != inside ]; then exec unshare --mount --propagation private sh "$0" inside "$@"; fi
shift
tree=$1 folder=$2 user=$3
shift 3
root=$(mktemp -d)
mount -t tmpfs none "$root"
bind() {
  mkdir -p "$root$2"
  mount --rbind "$1" "$root$2"
  mount -o remount,bind,ro "$root$2"
}
bind /usr /usr
bind /etc /etc
for link in bin lib lib64; do if [ -e "/$link" ]; then ln -s "usr/$link" "$root/$link"; fi; done
for top in "$tree"/*; do bind "$top" "/$(basename "$top")"; done
bind "$folder" "$folder"
mkdir "$root/proc" "$root/dev"
mount --rbind /proc "$root/proc"
for device in null random urandom; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -o remount,ro "$root"
exec chroot --userspec="$user" --groups= "$root" "$@"
