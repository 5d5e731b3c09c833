#include "altyn/attribution/claim_review.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace altyn::attribution {

nlohmann::json claim_review(const CheckResult& result) {
  using nlohmann::json;
  const Claim& claim = result.claim;
  json author = {{"@type", "Person"}, {"name", claim.speaker}};
  if (!claim.speaker_role.empty()) author["jobTitle"] = claim.speaker_role;
  json appearance = json::array();
  for (const auto& [outlet, address] :
       {std::pair<const std::string&, const std::string&>{claim.outlet, claim.address},
        {claim.second_outlet, claim.second_address}}) {
    if (outlet.empty() && address.empty()) continue;
    json work = {{"@type", "CreativeWork"},
                 {"publisher", {{"@type", "Organization"}, {"name", outlet}}}};
    if (!address.empty()) work["url"] = address;
    appearance.push_back(std::move(work));
  }
  json item = {{"@type", "Claim"}, {"author", std::move(author)}, {"appearance", appearance}};
  if (!claim.date.empty()) item["datePublished"] = claim.date;
  std::string body;
  for (const std::string& paragraph : result.verdict.summary) {
    body += (body.empty() ? "" : "\n\n") + paragraph;
  }
  return {{"@context", "https://schema.org"},
          {"@type", "ClaimReview"},
          {"name", result.title},
          {"claimReviewed", claim.in_our_words},
          {"author",
           {{"@type", "Organization"},
            {"name", "Altyn " + result.run.version},
            {"description", "computed by rule from the data; no editor's judgement"}}},
          {"itemReviewed", std::move(item)},
          {"reviewRating",
           {{"@type", "Rating"},
            {"alternateName", fmt::format("The number: {}. The cause: {}.",
                                          result.verdict.number.label, result.verdict.cause.label)},
            {"ratingExplanation",
             fmt::format("{} {}", result.verdict.number.sentence, result.verdict.cause.sentence)}}},
          {"reviewBody", body}};
}

}  // namespace altyn::attribution
