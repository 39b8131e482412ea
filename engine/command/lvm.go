package command

// lvmReport is a report as JSON. Nothing is locked or written, and the machine's own settings and LVM's memory of earlier
// looks hide no device.
func lvmReport(name string, more ...string) Command {
	args := []string{
		"--readonly", "--reportformat", "json",
		"--config", `devices { filter=["a|.*|"] global_filter=["a|.*|"] use_devicesfile=0 hints="none" }`,
	}
	return New(name, append(args, more...)...)
}

// ListPhysicalVolumes prints the physical volumes of LVM with the groups that they belong to, missing ones too.
func ListPhysicalVolumes() Command {
	return lvmReport("pvs", "--options", "pv_name,pv_uuid,pv_major,pv_minor,pv_missing,vg_name,vg_uuid,vg_exported")
}

// ListLogicalVolumes prints the logical volumes of LVM, active or not.
func ListLogicalVolumes() Command {
	return lvmReport("lvs", "--options", "vg_uuid,lv_name")
}
