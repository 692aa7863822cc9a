#include "harness/report/pprof.h"

#include "harness/profile/write_pprof.h"
#include "harness/report/record_profile.h"

namespace tidemark {
namespace {

class PprofReporter final : public Reporter {
 public:
  using Make = Profile (*)(const RunRecord&);
  explicit PprofReporter(Make make) : make_(make) {}

  std::string render(const RunRecord& record,
                     const ReportStyle&) const override {
    return write_pprof(make_(record));
  }

 private:
  Make make_;
};

}  // namespace

std::unique_ptr<Reporter> make_pprof_reporter() {
  return std::make_unique<PprofReporter>(allocation_profile);
}

std::unique_ptr<Reporter> make_pprof_holders_reporter() {
  return std::make_unique<PprofReporter>(holder_profile);
}

}  // namespace tidemark
