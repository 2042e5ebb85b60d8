# SPDX-License-Identifier: GPL-2.0-only
"""The ways in which scripts/mutate-emulator breaks QEMU, and which test has to notice each."""

from dataclasses import dataclass

TM = "target/ppc/tm_helper.c"
EXCP = "target/ppc/excp_helper.c"
MMU = "target/ppc/mmu-hash64.c"
SLB_TLB = "target/ppc/slb_tlb.c"
CPUTLB = "accel/tcg/cputlb.c"
CPU_EXEC = "accel/tcg/cpu-exec.c"


@dataclass
class Mutation:
    what: str
    #: The program of the tests with its arguments.
    test: tuple
    #: In the name of a row, or a line of the output, that must fail.
    row: str
    #: A text that is once in the file becomes another.
    old: str
    new: str = ""
    file: str = TM


def run(*words):
    """The state tables without an operating system."""
    return ("selftests/emulator/run", *words)


POWER8, POWERNV8, SMP2 = run(), run("--machine", "powernv8"), run("--smp", "2")
DIFFERENTIAL = ("selftests/differential/run", "--seed", "1", "--count", "2000")


def stop(case):
    return ("selftests/emulator/stop", case)


MUTATIONS = {
    "half-lines": Mutation(
        "a change of memory is found in the first 64 bytes of a line only", SMP2,
        "another stores, T, after a store",
        "if (memcmp(page->host + ofs, page->orig + ofs, TM_LINE_SIZE)) {",
        "if (memcmp(page->host + ofs, page->orig + ofs, TM_LINE_SIZE / 2)) {"),
    "suspended-half-lines": Mutation(
        "a suspended store conflicts with the first 64 bytes of a line only", POWER8,
        "std to the rest of the line",
        "if (page->valid & lines) {", "if ((page->valid & lines) && !(ofs & 64)) {"),
    "self-conflict": Mutation(
        "a suspended store to the footprint does not conflict", POWER8, "std",
        "if (page->valid & lines) {", "if (0) {"),
    "unvalidated": Mutation(
        "memory that differs is no conflict", POWERNV8, "a device writes to the footprint",
        "if (memcmp(page->host + ofs, page->orig + ofs, TM_LINE_SIZE)) {", "if (0) {"),
    "in-memory": Mutation(
        "the first store to a line goes to memory at once", stop("gdb-suspended"),
        "doubleword 0",
        "    return page->data + ofs;\n}\n\n/*\n * Only what",
        "    return (access_type == MMU_DATA_STORE ? host : page->data) + ofs;\n}\n\n"
        "/*\n * Only what"),
    "seen-by-device": Mutation(
        "the same, and a device sees it", POWERNV8, "a device reads what was stored",
        "    return page->data + ofs;\n}\n\n/*\n * Only what",
        "    return (access_type == MMU_DATA_STORE ? host : page->data) + ofs;\n}\n\n"
        "/*\n * Only what"),
    "stvx": Mutation(
        "a store of 16 bytes is not kept apart from memory", POWER8, "stvx",
        "    if (unlikely(!haddr)) {\n",
        "    if (size == 16 && access_type == MMU_DATA_STORE) {\n"
        "        return haddr;\n    }\n    if (unlikely(!haddr)) {\n"),
    "commit-dooms-nobody": Mutation(
        "a commit does not doom the transaction of another vCPU", SMP2,
        "another commits a store",
        "if (theirs && (theirs->valid & page->written)) {", "if (0) {"),
    "invalidation": Mutation(
        "a translation that is removed dooms nothing", POWER8, "H_REMOVE",
        "if (!size || !((fp->page[i]->phys_addr ^ raddr) & -size)) {", "if (0) {"),
    "slbia": Mutation(
        "slbia dooms a suspended transaction", POWER8, "slbia, of the footprint",
        "    starting_entry = 1; /*", "    ppc_tm_slbie(env, 0, 0);\n    starting_entry = 1; /*",
        MMU),
    "code": Mutation(
        "a commit does not invalidate what was translated of the code that it stores",
        POWER8, "a fetch of what was stored, commits",
        "        tlb_redirect_commit(page->ram_addr + first, last - first);\n"),
    "lines": Mutation(
        "a transaction has 65 lines", POWER8, "65 lines",
        "#define TM_MAX_LINES        64", "#define TM_MAX_LINES        65"),
    "levels": Mutation(
        "63 levels", POWER8, "tbegin.",
        "#define TM_MAX_LEVEL        62", "#define TM_MAX_LEVEL        63"),
    "summary": Mutation(
        "TEXASR[FS] stays 0", POWER8, "tabort.",
        "    texasr = deposit64(texasr, TEXASR_FAILURE_SUMMARY, 1, 1);\n"),
    "recorded-twice": Mutation(
        "treclaim. records over the failure that there was", POWER8, "treclaim., S, failed already",
        "if (texasr & (1ULL << TEXASR_FAILURE_SUMMARY)) {", "if (0) {"),
    "tfiar": Mutation(
        "TFIAR is the instruction after tabort.", POWER8, "tabort.",
        "tm_record_failure(env, cause, env->nip - 4, true);",
        "tm_record_failure(env, cause, env->nip, true);"),
    "tend-all": Mutation(
        "tend. with A=1 ends one level", POWER8, "tend.",
        "if (!all && tm_level(env) > 1) {", "if (tm_level(env) > 1) {"),
    "rollback-only": Mutation(
        "tbegin. with R=1 is as with R=0", POWER8, "rollback-only",
        "((uint64_t)rot << TEXASR_ROT);", "0;"),
    "ctr": Mutation(
        "CTR is not restored", DIFFERENTIAL, "CTR", "    env->ctr = env->tm_ctr;\n"),
    "vsr": Mutation(
        "VSRs are not restored", DIFFERENTIAL, "do not agree",
        "    memcpy(env->vsr, env->tm_vsr, sizeof(env->vsr));\n"),
    "stays-suspended": Mutation(
        "mtmsrd and rfid from S with MSR[TM]=0 to N are a TM Bad Thing", POWER8, "S0 to N0",
        "        return deposit64(value, MSR_TM, 3, TM_S0);\n",
        "        tm_bad_thing(env, ra);\n"),
    "transition": Mutation(
        "every change of state is legal in Transactional state", POWER8, "rfid, T1 to N0",
        "    default:\n        return to == TM_T1;", "    default:\n        return true;"),
    "hfscr": Mutation(
        "HFSCR[TM] denies nothing", POWERNV8, "HFSCR[TM] = 0",
        "if ((env->msr_mask & MSR_HVB) && !FIELD_EX64", "if (0 && !FIELD_EX64"),
    "interrupt": Mutation(
        "an interrupt leaves Transactional state as it is", POWER8, "trap, T",
        "        new_msr = FIELD_DP64(new_msr, MSR, TS, MSR_TS_SUSPENDED);\n    }\n\n    /*\n",
        "        new_msr = FIELD_DP64(new_msr, MSR, TS, FIELD_EX64(env->msr, MSR, TS));\n"
        "    }\n\n    /*\n", EXCP),
    "event-based-branch": Mutation(
        "an event-based branch does not suspend", POWER8, "an event-based branch",
        "            if (ts) {\n", "            if (0) {\n", EXCP),
    "saved": Mutation(
        "a transaction that is saved has no failure recorded", stop("save-transactional"),
        "", "        tm_doom(env, TM_IMPLEMENTATION, env->nip, false);\n"),
    "segment-gone": Mutation(
        "a TLB is used though one of its segments has gone", POWER8,
        "another virtual segment, slbia, problem state",
        "            fits(cpu, context)) {", "            (fits(cpu, context) || 1)) {", SLB_TLB),
    "redirected": Mutation(
        "a TLB that a transaction does without keeps a segment that goes meanwhile", POWER8,
        "no segment, slbie, in Suspended state",
        "ppc_env_mmu_index(env, false) & (PPC_TM_MMU_IDX - 1);",
        "ppc_env_mmu_index(env, false);", SLB_TLB),
    "vanished": Mutation(
        "the stores of a transaction that vanished are committed with the next one",
        stop("gdb-elsewhere"), "a transaction from outside",
        "        if (unlikely(env->tm_footprint->nr_pages)) {\n", "        if (0) {\n"),
    "unplugged": Mutation(
        "memory that is taken away dooms nothing", stop("unplugged"),
        "a transaction from outside",
        "    if (memory_region_is_ram(section->mr)) {\n", "    if (0) {\n"),
    "put-away": Mutation(
        "a flush leaves the TLBs that are put away", POWER8,
        "a page that went while its segment was away, slbie, problem state",
        "    flush_all_helper(src_cpu, fn, RUN_ON_CPU_HOST_INT(idxmap));\n",
        "    idxmap &= 3;\n    flush_all_helper(src_cpu, fn, RUN_ON_CPU_HOST_INT(idxmap));\n",
        CPUTLB),
    "jump-cache": Mutation(
        "a block is executed wherever its address is mapped now", POWER8,
        "another virtual segment, slbie, problem state",
        "           page == get_page_addr_code(cpu_env(cpu), pc);",
        "           get_page_addr_code(cpu_env(cpu), pc) != -1;", CPU_EXEC),
    "another-page": Mutation(
        "what is written to a page makes another one at the same address dirty", POWER8,
        "code of another virtual segment, written anew, slbie, privileged",
        "        full->xlat_section == xlat_section) {", "        full) {", CPUTLB),
    "unfinished-tlbie": Mutation(
        "a transaction that begins before another's tlbsync goes on",
        run("--machine", "powernv8", "--smp", "2"),
        "another executes tlbie, before the store, tlbsync after it",
        "    fp->in_doubt |= tm_tlbie_is_pending();\n"),
}
