# The script of install.nix. It is given medium, qemu and firmware, and the test driver's own names.
import pathlib
import shutil
import subprocess
import tempfile

PASSPHRASE = "river of forgetting"
PASSWORD = "snow on the water"

iso = next(pathlib.Path(medium).glob("*.iso"))
folder = pathlib.Path(tempfile.mkdtemp(prefix="lethe-install-"))
subprocess.run([f"{qemu}/qemu-img", "create", "-f", "qcow2", folder / "disk.qcow2", "40G"], check=True)
shutil.copyfile(f"{firmware}/OVMF_VARS.fd", folder / "variables.fd")


def command(*more):
    return " ".join([
        f"{qemu}/qemu-system-x86_64 -machine q35,accel=kvm:tcg -cpu max -smp 2 -m 6144",
        f"-drive if=pflash,format=raw,readonly=on,file={firmware}/OVMF_CODE.fd",
        f"-drive if=pflash,format=raw,file={folder}/variables.fd",
        f"-drive if=none,id=disk,format=qcow2,file={folder}/disk.qcow2",
        "-device virtio-blk-pci,drive=disk,serial=lethe-target,bootindex=1",
        "-nic user,model=virtio-net-pci -device virtio-rng-pci",
        *more,
    ])


WISHES = """
version = 1
[encryption]
enable = true
[swap]
mode = "random-key"
[host]
name = "lethe-test"
[desktop]
environment = "none"
"""

live = create_machine(command(f"-drive if=none,id=medium,media=cdrom,readonly=on,file={iso} -device ide-cd,drive=medium,bootindex=2"))
live.start()
live.wait_for_unit("multi-user.target")
live.wait_until_succeeds("curl -sSf https://cache.nixos.org/nix-cache-info", timeout=300)

with subtest("Lethe is at home in the live session"):
    live.succeed("test -e /etc/xdg/autostart/org.lethe.Lethe.desktop")
    live.wait_until_succeeds("test -e /home/nixos/Desktop/org.lethe.Lethe.desktop", timeout=300)
    live.wait_until_succeeds("pgrep -u nixos -x lethe", timeout=600)

with subtest("install"):
    live.succeed("umask 077; mkdir /run/secret")
    live.succeed(f"printf %s '{PASSPHRASE}' > /run/secret/passphrase; printf %s '{PASSWORD}' > /run/secret/password")
    live.succeed(f"cat > /run/wishes.toml <<'END'\n{WISHES}\nEND")
    live.succeed(
        "lethe-engine install /run/wishes.toml --user ada"
        " --disk /dev/disk/by-id/virtio-lethe-target --yes-erase virtio-lethe-target"
        " --passphrase-file /run/secret/passphrase --password-file ada=/run/secret/password >&2",
        timeout=7200,
    )

with subtest("open the installed system for rescue"):
    live.succeed("lethe-engine mount /dev/disk/by-id/virtio-lethe-target --passphrase-file /run/secret/passphrase >&2")
    live.succeed("test ! -e /etc/lethe/flake.lock || cmp /etc/lethe/flake.lock /mnt/etc/nixos/flake.lock")
    live.succeed("nixos-enter --root /mnt -- id ada")
    # The installed system has no instruments: a shell on the serial line does, for this test alone.
    live.succeed(
        "sed -i 's/^options .*/& console=ttyS0 systemd.debug_shell=1 systemd.default_debug_tty=ttyS0 systemd.mask=serial-getty@ttyS0.service/' /mnt/boot/loader/entries/*.conf",
        "grep -q default_debug_tty /mnt/boot/loader/entries/*.conf",
        "lethe-engine unmount >&2",
        "test ! -e /dev/mapper/crypted",
    )
    live.shutdown()

questions = 0


def holds(machine, what):
    """Runs a command in the shell on the serial line, and waits until it says that it was successful."""
    global questions
    questions += 1
    machine.send_console(f"({what}) && echo holds-{questions}-$((40+2))\n")
    machine.wait_for_console_text(f"holds-{questions}-42")


def unlock(machine):
    machine.start()
    machine.wait_for_console_text("(?i)passphrase for disk")
    machine.send_console(PASSPHRASE + "\n")
    machine.wait_for_console_text("(?i)reached target.*multi-user")


target = create_machine(command())
with subtest("the first boot"):
    unlock(target)
    holds(target, "test $(findmnt -no FSTYPE /) = tmpfs && test $(stat -c %a /) = 755")
    holds(target, "test $(stat -c %a /boot) = 700")
    holds(target, "findmnt /nix && findmnt /etc/nixos && findmnt /var/log && findmnt /var/lib/nixos")
    holds(target, "swapon --show | grep -q dev")
    holds(target, "test $(stat -c %U:%a /nix/persist/passwords/ada) = root:600 && id ada | grep -q wheel")
    holds(target, "su ada -c 'git -C /etc/nixos status --porcelain' | wc -l | grep -qx 0")
    holds(target, "echo gone > /root/gone; echo kept > /home/ada/Documents/kept; cp /etc/machine-id /home/ada/Documents/id; sync")
    target.crash()

with subtest("what survives"):
    unlock(target)
    holds(target, "test ! -e /root/gone")
    holds(target, "grep -q kept /home/ada/Documents/kept && cmp /etc/machine-id /home/ada/Documents/id")
    target.crash()
