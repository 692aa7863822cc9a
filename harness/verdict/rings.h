// Evidence as series: per site (or per pool of sites) what each measured
// cycle left behind at the end, how the level moved from snapshot to
// snapshot, and what was still there after the linger watch.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "tidemark/verdict.h"

namespace tidemark {

// What one measured cycle did: the regressors.
struct Dose {
  CycleIndex cycle;
  CycleKind kind = CycleKind::kLoaded;
  CycleSettings settings{};
  double connections = 0;                // that reached the service
  std::map<std::string, double> closed;  // by way
  double early = 0;                      // closed by the service
  double failed = 0;
  double messages = 0;
  std::string message = "message";  // what they are called
  double seconds = 0;               // until the next cycle began
};

// The cycles after the baseline, in order.
std::vector<Dose> measured_doses(const Evidence& evidence);

struct Tally {
  Count objects;
  Bytes bytes;
};

// What the linger watch saw of a series: blocks born after the baseline.
struct Watch {
  double first = 0;  // objects at the first look
  double last = 0;
  Duration watched{};                 // between the first look and the last
  std::optional<Duration> half_life;  // until half of the first were gone
  std::optional<Duration> gone;       // the first look with no more than `last`
};

// What a warm-up cycle left behind, as the baseline's snapshot saw it.
struct WarmRing {
  double connections = 0;
  double seconds = 0;  // until the next cycle began
  double objects = 0;
};

struct Series {
  std::vector<SiteId> sites;  // most bytes first
  MemoryKind kind = MemoryKind::kHeap;
  Bytes size;            // of a block of sites.front()
  bool one_size = true;  // every block has that size
  bool zoomed = false;
  std::uint32_t group = 0;
  std::uint32_t stack = 0;
  std::vector<std::uint32_t> prefixes;  // longest first
  std::size_t first = 0;                // rings[0] belongs to doses[first]
  std::vector<Tally> rings;             // as the last snapshot saw them
  std::vector<Tally> watched;  // as the linger watch left them; empty: none
  // Objects above the baseline at each snapshot, rings.size() + 1 of them,
  // the first being 0. Old blocks of the same caller and size that went away
  // are subtracted: what replaces something is not growth.
  std::vector<double> levels;
  Tally residue;        // all rings
  double replaced = 0;  // old objects that went away, included in `levels`
  // Objects born after the baseline that outlived the cycle of their birth
  // and went away later: what is leaked never does.
  double died = 0;
  // Of the same caller and size, by whatever stack: of the warm-up's cycles
  // without the first (it has what is made once) and the last (it has what
  // is in flight).
  std::vector<WarmRing> warm;
  std::optional<Watch> watch;

  double net() const { return levels.empty() ? 0 : levels.back(); }
};

// Reads evidence once and hands out series.
class RingBook {
 public:
  // `evidence` and `doses` must outlive the book.
  RingBook(const Evidence& evidence, const std::vector<Dose>& doses);

  // One per site that holds anything born after the baseline, within the
  // cycles in which that site stands for its blocks.
  std::vector<Series> series() const;

  // The sum of some series of one group; rings outside a member's window
  // count as empty.
  Series pool(const std::vector<const Series*>& members) const;

  // What a site holds at the end that was born after the baseline, in the
  // cycles in which it stands for its blocks.
  Tally residue_of(SiteId site) const;

  // Bytes of everything in the evidence at the last snapshot less those at
  // the baseline; of samples, an estimate of all blocks, as it is compared
  // with what the kernel tells.
  Bytes live_growth() const;

 private:
  struct View {
    const SiteEvidence* site = nullptr;
    std::vector<Tally> final_rings;  // per dose
    std::vector<Tally> watched;      // the same after the linger watch
    std::vector<double> young;       // born since, per snapshot
    std::vector<double> old;         // born before, per snapshot
    double old_bytes_lost = 0;
    double died = 0;
    std::map<CycleIndex, double> warm;  // by cycle of birth, at the baseline
    Tally residue;
    std::size_t begin = 0;  // window of doses
    std::size_t end = 0;
  };
  // Old blocks of one caller (and size) that went away, per snapshot.
  struct Loss {
    std::vector<double> old;   // objects born before the baseline
    std::vector<double> lost;  // how many fewer than at the baseline
    double born_since = 0;     // objects that may have replaced them
    std::map<CycleIndex, double> warm;
  };

  using Family = std::tuple<std::uint32_t, MemoryKind, Bytes>;
  static constexpr Bytes kAllSizes{-1};

  View view_of(const SiteEvidence& site) const;
  void forget_what_was_in_flight(const SiteEvidence& site, View& view) const;
  void count_deaths(const SiteEvidence& site, View& view) const;
  void set_windows();
  void sum_losses();
  std::optional<Watch> watch_of(const std::vector<SiteId>& sites) const;
  void settle_levels(Series& series, const std::vector<double>& young,
                     const Loss& loss) const;
  std::vector<WarmRing> warm_rings(const Loss& loss) const;

  const Evidence& evidence_;
  const std::vector<Dose>& doses_;
  std::vector<View> views_;
  std::unordered_map<SiteId, std::size_t> places_;  // in views_
  std::map<Family, Loss> losses_;  // kAllSizes for the whole caller, too
  // The looks of the linger watch in order, by site.
  std::map<Duration, std::unordered_map<SiteId, double>> looks_;
};

}  // namespace tidemark
