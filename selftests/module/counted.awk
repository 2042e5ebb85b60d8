# SPDX-License-Identifier: GPL-2.0-only
#
# Counts in a trace of kvm_pr_tm's events what the module counts itself: a line
# "NAME NUMBER" for each counter that the events tell.

BEGIN {
	# By the first seven bits of the extended opcode.
	split("51 tbegin 55 tend 59 tcheck 5d tsr 61 tabort 65 tabort 69 tabort 6d tabort " \
	      "71 tabort 75 treclaim 7d trechkpt", word, " ")
	for (i = 1; i in word; i += 2)
		kinds[word[i]] = word[i + 1]
	# KVM reschedule, KVM facility unavailable, emulate.
	reasons["e0"] = "put"
	reasons["e3"] = "privileged"
	reasons["d1"] = "access"
	split("saves restores rollbacks suspends emulated_tbegin emulated_tend emulated_tabort " \
	      "emulated_tsr emulated_tcheck emulated_treclaim emulated_trechkpt emulated_spr " \
	      "failed_put failed_privileged failed_access bad_things corrected_msrs", word, " ")
	for (i in word)
		count[word[i]] = 0
	restored = ""
}

# The bit before those is an operand's.
function kind(inst,  xo)
{
	xo = substr(inst, 6, 2)
	sub(/^d/, "5", xo)
	sub(/^e/, "6", xo)
	sub(/^f/, "7", xo)
	return kinds[xo]
}

# The cause of a failure, if TEXASR has one.
function cause(texasr)
{
	return length(texasr) == 16 ? substr(texasr, 1, 2) : ""
}

match($0, /kvm_pr_tm_[a-z_]*: /) {
	event = substr($0, RSTART + 10, RLENGTH - 12)
	words = split(substr($0, RSTART + RLENGTH), word, " ")
	refused = word[words] == "refused"
}

# A transaction that was put back is saved again with the failure that it had.
event == "save" {
	count["saves"]++
	reason = reasons[cause(word[9])]
	if (reason && word[9] " " word[11] != restored)
		count["failed_" reason]++
	restored = ""
}

event == "restore" {
	count["restores"]++
	restored = word[9] " " word[11]
}

event == "rollback" {
	count["rollbacks"]++
}

event == "suspend" {
	count["suspends"]++
}

event == "emulate" {
	count["emulated_" kind(word[4])]++
	count["bad_things"] += refused
}

event == "spr" {
	count["emulated_spr"] += !refused
	count["bad_things"] += refused
}

event == "write_msr" {
	count["bad_things"]++
}

event == "set_msr" {
	count["corrected_msrs"]++
}

{
	event = ""
}

END {
	for (name in count)
		print "tm_" name, count[name]
}
