// What a run record is made of, said once: `fields(archive, value)` names
// every member of a struct, and record_json.cc runs it both to write and to
// read, so that the two cannot disagree.
//
// An archive is called as archive("name", member). T is the struct, const
// when writing. Names mirror include/tidemark; a Duration's ends in _ns.
// Private to this folder.
#pragma once

#include <type_traits>

#include "tidemark/run_record.h"

namespace tidemark::record_fields {

template <class T, class Struct>
concept Is = std::is_same_v<std::remove_const_t<T>, Struct>;

template <class A, Is<Frame> T>
void fields(A& a, T& v) {
  a("function", v.function);
  a("file", v.file);
  a("line", v.line);
  a("module", v.module);
  a("inlined", v.inlined);
  a("library", v.library);
}

template <class A, Is<SiteRecord> T>
void fields(A& a, T& v) {
  a("id", v.id);
  a("kind", v.kind);
  a("size", v.size);
  a("zoomed", v.zoomed);
  a("truncated", v.truncated);
  a("frames", v.frames);
}

template <class A, Is<HeapCounters> T>
void fields(A& a, T& v) {
  a("allocations", v.allocations);
  a("frees", v.frees);
  a("allocated", v.allocated);
}

template <class A, Is<LoadCounts> T>
void fields(A& a, T& v) {
  a("attempted", v.attempted);
  a("opened", v.opened);
  a("refused", v.refused);
  a("failed", v.failed);
  a("early_closed", v.early_closed);
  a("closed_by", v.closed);
  a("messages_sent", v.messages_sent);
  a("messages_received", v.messages_received);
  a("reply_errors", v.reply_errors);
  a("close_timeouts", v.close_timeouts);
  a("reasons", v.reasons);
  a("programs", v.programs);
  a("program_time_ns", v.program_time);
  a("answers", v.answers);
}

template <class A, Is<FdCounts> T>
void fields(A& a, T& v) {
  a("sockets", v.sockets);
  a("files", v.files);
  a("pipes", v.pipes);
  a("epolls", v.epolls);
  a("events", v.events);
  a("other", v.other);
}

template <class A, Is<KernelSample> T>
void fields(A& a, T& v) {
  a("cycle", v.cycle);
  a("moment", v.moment);
  a("pss", v.pss);
  a("rss", v.rss);
  a("peak_rss", v.peak_rss);
  a("private_dirty", v.private_dirty);
  a("agent", v.agent);
  a("page_tables", v.page_tables);
  a("fds", v.fds);
  a("threads", v.threads);
  a("sockets", v.sockets);
  a("socket_queues", v.socket_queues);
  a("processes", v.processes);
}

template <class A, Is<StandInFacts> T>
void fields(A& a, T& v) {
  a("name", v.name);
  a("accepted", v.accepted);
  a("open", v.open);
  a("requests", v.requests);
  a("received", v.received);
  a("sent", v.sent);
}

template <class A, Is<StandInCounts> T>
void fields(A& a, T& v) {
  a("accepted", v.accepted);
  a("open", v.open);
  a("requests", v.requests);
  a("received", v.received);
  a("sent", v.sent);
  a("troubles", v.troubles);
}

template <class A, Is<StandInConnection> T>
void fields(A& a, T& v) {
  a("number", v.number);
  a("opened_by", v.opened_by);
  a("opened_after_ns", v.opened_after);
  a("received", v.received);
  a("sent", v.sent);
}

template <class A, Is<StandInRecord> T>
void fields(A& a, T& v) {
  a("name", v.name);
  a("counts", v.counts);
  a("stayed", v.stayed);
}

template <class A, Is<OpenSite> T>
void fields(A& a, T& v) {
  a("site", v.site);
  a("bytes", v.bytes);
  a("objects", v.objects);
  a("bytes_per_connection", v.bytes_per_connection);
  a("place", v.place);
}

template <class A, Is<OpenMemory> T>
void fields(A& a, T& v) {
  a("connections", v.connections);
  a("bytes", v.bytes);
  a("open_sites", v.sites);
}

template <class A, Is<CycleSettings> T>
void fields(A& a, T& v) {
  a("message_size", v.size);
  a("messages", v.messages);
  a("concurrency", v.concurrency);
}

template <class A, Is<CyclePace> T>
void fields(A& a, T& v) {
  a("replies", v.replies);
  a("playing_ns", v.playing);
  a("reply_median_ns", v.reply_median);
  a("reply_p90_ns", v.reply_p90);
  a("reply_p99_ns", v.reply_p99);
  a("reply_p999_ns", v.reply_p999);
  a("handshake_median_ns", v.handshake_median);
  a("service_cpu_ns", v.service_cpu);
  a("allocations", v.allocations);
}

template <class A, Is<CycleFacts> T>
void fields(A& a, T& v) {
  a("index", v.index);
  a("kind", v.kind);
  a("settings", v.settings);
  a("started_ns", v.started);
  a("finished_ns", v.finished);
  a("connections", v.load);
  a("pace", v.pace);
  a("linger_ns", v.linger);
  a("settled", v.settled);
  a("drained", v.drained);
  a("heap_counters", v.counters);
  a("live_bytes", v.live);
  a("standins", v.standins);
  a("limited_use", v.limited_use);
}

template <class A, Is<ServiceExit> T>
void fields(A& a, T& v) {
  a("code", v.code);
  a("signal", v.signal);
  a("killed_by_us", v.killed_by_us);
}

template <class A, Is<ServiceProcess> T>
void fields(A& a, T& v) {
  a("pid", v.pid);
  a("command", v.command);
  a("live_objects", v.live_objects);
  a("live_bytes", v.live_bytes);
  a("residue", v.residue);
  a("pss", v.pss);
}

template <class A, Is<MemoryUse> T>
void fields(A& a, T& v) {
  a("limit", v.limit);
  a("beside", v.beside);
  a("most", v.now);
  a("refusals", v.refusals);
  a("kills", v.kills);
}

template <class A, Is<ServiceRecord> T>
void fields(A& a, T& v) {
  a("command", v.command);
  a("attached", v.attached);
  a("pid", v.pid);
  a("allocator", v.allocator);
  a("ready_after_ns", v.ready_after);
  a("exit", v.exit);
  a("last_output", v.last_output);
  a("facts", v.facts);
  a("invisible", v.invisible);
  a("processes", v.processes);
  a("left_behind", v.left_behind);
  a("memory_limit", v.memory_limit);
}

template <class A, Is<PhaseRecord> T>
void fields(A& a, T& v) {
  a("name", v.name);
  a("started_ns", v.started);
  a("finished_ns", v.finished);
}

template <class A, Is<PurgeRecord> T>
void fields(A& a, T& v) {
  a("cycle", v.cycle);
  a("allocator", v.allocator);
  a("rss_before", v.rss_before);
  a("rss_after", v.rss_after);
  a("took_ns", v.took);
}

template <class A, Is<LastHeld> T>
void fields(A& a, T& v) {
  a("site", v.site);
  a("objects", v.objects);
  a("bytes", v.bytes);
}

template <class A, Is<std::pair<std::string, Bytes>> T>
void fields(A& a, T& v) {
  a("module", v.first);
  a("bytes", v.second);
}

template <class A, Is<AccountSite> T>
void fields(A& a, T& v) {
  a("site", v.site);
  a("blocks", v.blocks);
  a("bytes", v.bytes);
  a("pages", v.pages);
  a("pinned", v.pinned);
}

template <class A, Is<AllocatorFigures> T>
void fields(A& a, T& v) {
  a("held", v.held);
  a("in_use", v.in_use);
  a("free", v.free);
  a("own", v.own);
}

template <class A, Is<MemoryAccount> T>
void fields(A& a, T& v) {
  a("cycle", v.cycle);
  a("moment", v.moment);
  a("pss", v.pss);
  a("live", v.live);
  a("rounding", v.rounding);
  a("pinned", v.pinned);
  a("free", v.free);
  a("stacks", v.stacks);
  a("mappings", v.mappings);
  a("modules", v.modules);
  a("agent", v.agent);
  a("unexplained", v.unexplained);
  a("mappings_by_module", v.mappings_by_module);
  a("bytes_by_module", v.bytes_by_module);
  a("blocks", v.blocks);
  a("pinned_pages", v.pinned_pages);
  a("live_sites", v.live_sites);
  a("pinning_sites", v.pinning_sites);
  a("allocator", v.allocator);
  a("socket_queues", v.socket_queues);
}

template <class A, Is<Rate> T>
void fields(A& a, T& v) {
  a("bytes_per_connection", v.bytes_per_connection);
  a("objects_per_connection", v.objects_per_connection);
  a("bytes_per_unit", v.bytes_per_unit);
  a("objects_per_unit", v.objects_per_unit);
  a("exact", v.exact);
  a("low", v.bytes_per_connection_low);
  a("high", v.bytes_per_connection_high);
}

template <class A, Is<FindingRing> T>
void fields(A& a, T& v) {
  a("cycle", v.cycle);
  a("connections", v.connections);
  a("bytes", v.bytes);
  a("objects", v.objects);
}

template <class A, Is<SiteShare> T>
void fields(A& a, T& v) {
  a("site", v.site);
  a("bytes", v.bytes);
  a("objects", v.objects);
}

template <class A, Is<FindingMember> T>
void fields(A& a, T& v) {
  a("bytes_per_unit", v.bytes_per_unit);
  a("objects_per_unit", v.objects_per_unit);
  a("residue", v.residue);
  a("objects", v.objects);
  a("shares", v.sites);
}

template <class A, Is<Suppressed> T>
void fields(A& a, T& v) {
  a("rule", v.rule);
  a("kind", v.kind);
  a("bug", v.bug);
  a("owner", v.owner);
  a("expires", v.expires);
}

template <class A, Is<SuppressionRecord> T>
void fields(A& a, T& v) {
  a("rule", v.rule);
  a("subject", v.subject);
  a("kind", v.kind);
  a("owner", v.owner);
  a("findings", v.findings);
  a("objects", v.objects);
  a("bytes", v.bytes);
  a("complaint", v.complaint);
}

template <class A, Is<Holder> T>
void fields(A& a, T& v) {
  a("site", v.site);
  a("bytes", v.bytes);
  a("offset", v.offset);
  a("interior", v.interior);
  a("type", v.type);
  a("member", v.member);
  a("repeated", v.repeated);
}

template <class A, Is<RetainingPath> T>
void fields(A& a, T& v) {
  a("root", v.root);
  a("root_name", v.root_name);
  a("objects", v.objects);
  a("bytes", v.bytes);
  a("retained", v.retained);
  a("share", v.share);
  a("holders", v.holders);
}

template <class A, Is<Retention> T>
void fields(A& a, T& v) {
  a("objects", v.objects);
  a("bytes", v.bytes);
  a("paths", v.paths);
  a("unreachable", v.unreachable);
  a("unreachable_bytes", v.unreachable_bytes);
  a("doubtful", v.doubtful);
}

template <class A, Is<Forecast> T>
void fields(A& a, T& v) {
  a("seconds", v.seconds);
  a("low", v.seconds_low);
  a("high", v.seconds_high);
}

template <class A, Is<ForecastRecord> T>
void fields(A& a, T& v) {
  a("arrivals_per_second", v.arrivals_per_second);
  a("headroom", v.headroom);
  a("headroom_of", v.headroom_of);
  a("together", v.together);
  a("unseen_seconds", v.unseen_seconds);
}

// Without `site` and `sites`: those are looked up in the record.
template <class A, Is<Finding> T>
void fields(A& a, T& v) {
  a("class", v.kind);
  a("fails", v.fails);
  a("unit", v.unit);
  a("standin", v.standin);
  a("rivals", v.rivals);
  a("rate", v.rate);
  a("residue", v.residue);
  a("objects", v.objects);
  a("linger_ns", v.linger);
  a("half_life_ns", v.half_life);
  a("explanation", v.explanation);
  a("fingerprint", v.fingerprint);
  a("suppressed", v.suppressed);
  a("members", v.members);
  a("retention", v.retention);
  a("forecast", v.forecast);
  a("rings", v.rings);
}

template <class A, Is<DetectionLimit> T>
void fields(A& a, T& v) {
  a("bytes_per_connection", v.bytes_per_connection);
  a("objects_per_connection", v.objects_per_connection);
  a("connections", v.connections);
}

template <class A, Is<Error> T>
void fields(A& a, T& v) {
  a("kind", v.kind);
  a("message", v.message);
  a("hint", v.hint);
}

// Before the judgement: how the run was made.
template <class A, Is<RunRecord> T>
void head_fields(A& a, T& v) {
  a("tidemark_version", v.tidemark_version);
  a("scenario_path", v.scenario_path);
  a("scenario_name", v.scenario_name);
  a("scenario_digest", v.scenario_digest);
  a("cell", v.cell);
  a("started_at", v.started_at);
  a("audit", v.audit);
  a("took_ns", v.took);
  a("partial", v.partial);
  a("watched", v.watched);
  a("stopped_because", v.stopped_because);
  a("error", v.error);
}

// After it: what was seen.
template <class A, Is<RunRecord> T>
void body_fields(A& a, T& v) {
  a("connections", v.connections);
  a("memory", v.memory);
  a("open_memory", v.open);
  a("standins", v.standins);
  a("suppressions", v.suppressions);
  a("heap_counters", v.heap_counters);
  a("service", v.service);
  a("post_mortem", v.post_mortem);
  a("held", v.held);
  a("allocated", v.allocated);
  a("ever_allocated", v.ever_allocated);
  a("sites", v.sites);
  a("forecast", v.forecast);
  a("kernel", v.kernel);
  a("purges", v.purges);
  a("phases", v.phases);
  a("cycles", v.cycles);
}

}  // namespace tidemark::record_fields
