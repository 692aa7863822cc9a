// The text of OpenMetrics, family by family. Private to this folder.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tidemark {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

// One family after the other, each with its samples together, as the format
// wants it. Every sample has a label with the name of its scenario.
class MetricFamilies {
 public:
  explicit MetricFamilies(std::string scenario)
      : scenario_(std::move(scenario)) {}

  // `name` ends in its unit, if it has one.
  void begin(const std::string& name, const std::string& unit,
             const std::string& help);

  // One that is no finite number is left out.
  void sample(double value, const MetricLabels& labels = {});

  // A family of one sample.
  void one(const std::string& name, const std::string& unit,
           const std::string& help, double value);

  std::string finish() &&;

 private:
  std::string scenario_;
  std::string name_;
  std::string text_;
};

}  // namespace tidemark
