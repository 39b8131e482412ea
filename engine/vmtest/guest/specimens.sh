# shellcheck shell=bash disable=SC2154 # variables of explore.sh, which sources this
# What the explorer is tried on.

# attribute sets an extended attribute; the tree has no program for that. The number is that of setxattr on x86-64.
attribute() { # file name value, the value as an expression of Perl
  perl -e 'my $value = eval $ARGV[2]; defined $value or die $@; syscall(188, $ARGV[0], $ARGV[1], $value, length $value, 0) == 0 or die "$ARGV[1]: $!\n"' "$@"
}

socket() { # file
  perl -e 'use Socket; socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die "$!\n"; bind($s, sockaddr_un($ARGV[0])) or die "$!\n"' "$1"
}

# nasty makes a folder of what a copy gets wrong most easily. It belongs to the user.
nasty() { # folder
  mkdir -p "$1"
  (
    cd "$1" || exit
    mkdir "with space" sub private
    echo plain >plain
    chmod 640 plain
    : >empty
    echo a >"with space/in a folder "
    echo b >$'new\nline'
    echo c >$'not \xff\xfe UTF-8'
    echo d >"quote's \"\${x}\" \\ * [?]"
    echo e >./-dash
    echo f >'ünïcode 愛'
    echo g >$'\e[31mred\x01'
    echo h >"$(printf 'long%.0s' {1..63})"
    ln -s plain link
    ln -s $'no\nwhere \xff' dangling
    ln -s loop loop
    mkfifo fifo
    socket socket
    dd if=/dev/urandom of=sparse bs=4096 count=3 seek=1000 2>/dev/null
    dd if=/dev/urandom of=sparse bs=4096 count=1 conv=notrunc 2>/dev/null
    truncate -s 12M sparse
    echo pair >one
    ln one two
    ln one sub/three
    echo stays >stays
    chown -Rh "$uid:$gid" .
    echo secret >private/state
    chown -R "$service:$service" private
    chmod 1770 private
    cp /run/tools/usr/bin/busybox program
    chown "$service:$service" program
    chmod 4755 program
    attribute program security.capability 'pack("V5", 0x02000001, 0x400, 0, 0, 0)'
    attribute plain user.lethe '"binary\0value\xff"'
    attribute sub trusted.lethe '"folder"'
    attribute sub/three system.posix_acl_access "pack('V', 2) . join('', map { pack('vvV', @\$_) } [1, 6, -1 & 0xffffffff], [2, 4, $service], [4, 4, 0xffffffff], [16, 4, 0xffffffff], [32, 0, 0xffffffff])"
    touch -d '1999-12-31 23:59:59.123456789' stays
    touch -h -d '1965-01-01 00:00:00.5' link
    touch -d '2026-01-02 03:04:05.678901234' sub
  ) || echo "cannot make $1" >&2
}

# scatter puts files into many places: some are kept, most are not.
scatter() {
  local place
  for place in /var/log/kept /var/lib/nixos/kept /etc/nixos/result-kept "$home/Documents/kept" "$home/.config/kept/kept" \
    /lost /etc/lost.conf /root/lost /srv/deep/er/lost "$home/lost" "$home/notes/lost" /var/spool/lost \
    /tmp/noise /var/cache/noise/noise "$home/.cache/noise" /root/.cache/noise; do
    mkdir -p "$(dirname "$place")"
    echo "$place" >"$place"
  done
  chown -R "$uid:$gid" /etc/nixos/result-kept "$home/Documents/kept" "$home/.config/kept" "$home/lost" "$home/notes" "$home/.cache"
  mkdir /srv/empty
  nasty /srv/odd
  echo '# by hand' >>/etc/gitconfig # which the next boot writes as it was

  # A service's state, and the unit that says whose it is.
  mkdir -p /etc/systemd/system
  printf '[Unit]\nDescription=Bathroom scale\n[Service]\nStateDirectory=scale\n' >/etc/systemd/system/scale.service
  state

  # In both trees: the same, another size, a folder in place of the file.
  mkdir -p /nix/persist/srv/turned
  echo same >/srv/same
  cp --preserve=all /srv/same /nix/persist/srv/same
  echo new and longer >/srv/both
  echo old >/nix/persist/srv/both
  echo file >/srv/turned
  echo inside >/nix/persist/srv/turned/inside

  # Linked by hand from the persist tree, which nobody will do at the next boot.
  mkdir -p /nix/persist/linked
  echo linked >/nix/persist/linked/target
  ln -s /nix/persist/linked/target /srv/linked

  # Written into a folder that is kept, and moved by hand to where nobody keeps anything.
  echo orphan >/var/log/orphan
  echo orphan >$'/var/log/orphan \xff\n'
  mkdir -p /nix/persist/var/old
  mv /nix/persist/var/log/orphan* /nix/persist/var/old/

  # Other file systems, and a second look at the same one: no part of the root's own tree.
  mkdir /srv/mounted /srv/again
  mount -t tmpfs tmpfs /srv/mounted
  echo elsewhere >/srv/mounted/elsewhere
  mount --bind /srv/deep /srv/again
}

# state is a service's.
state() {
  mkdir -p /var/lib/scale
  echo 'weight 71' >/var/lib/scale/state.db
  chmod 700 /var/lib/scale
  chown -R "$service:$service" /var/lib/scale
}
