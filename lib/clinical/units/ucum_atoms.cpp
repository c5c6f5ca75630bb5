#include "ucum_atoms.hpp"

#include <array>
#include <vector>

namespace aicovid {

namespace {

struct Prefix {
  std::string_view symbol;
  int power_of_ten;
};

// UCUM's metric prefixes. The binary ones (Ki, Mi) are of no use in medicine.
constexpr std::array<Prefix, 20> kPrefixes = {{
    {"Y", 24}, {"Z", 21},  {"E", 18},  {"P", 15},  {"T", 12},  {"G", 9},   {"M", 6},
    {"k", 3},  {"h", 2},   {"da", 1},  {"d", -1},  {"c", -2},  {"m", -3},  {"u", -6},
    {"n", -9}, {"p", -12}, {"f", -15}, {"a", -18}, {"z", -21}, {"y", -24},
}};

struct Exponent {
  UnitBase base;
  int exponent;
};

struct Atom {
  std::string_view symbol;
  bool takes_prefix;
  std::vector<Exponent> of;
  double numerator = 1;
  double denominator = 1;
  int power_of_ten = 0;
  double zero = 0;
  bool is_scale = false;
};

// Definitions: ucum-essence.xml, version 2.2 of 17 June 2024, as the package ucumvert 0.3.2 brings
// it; the comments repeat what it says. Numbers are without their zeros at the end, which are in
// the power of ten. The gram, not the kilogram, is UCUM's base unit. Left out although they would
// fit: eq and osm, which UCUM makes a mole each, but which are other quantities.
const std::vector<Atom>& atoms() {
  using enum UnitBase;
  static const std::vector<Exponent> pressure = {{gram, 1}, {metre, -1}, {second, -2}};
  static const std::vector<Atom> all = {
      {"m", true, {{metre, 1}}},
      {"g", true, {{gram, 1}}},
      {"s", true, {{second, 1}}},
      {"K", true, {{kelvin, 1}}},
      {"mol", true, {{mole, 1}}},
      {"l", true, {{metre, 3}}, 1, 1, -3},                   // dm3
      {"L", true, {{metre, 3}}, 1, 1, -3},                   // l
      {"min", false, {{second, 1}}, 6, 1, 1},                // 60 s
      {"h", false, {{second, 1}}, 36, 1, 2},                 // 60 min
      {"d", false, {{second, 1}}, 864, 1, 2},                // 24 h
      {"wk", false, {{second, 1}}, 6048, 1, 2},              // 7 d
      {"mo", false, {{second, 1}}, 26298, 1, 2},             // a_j/12
      {"a", false, {{second, 1}}, 315576, 1, 2},             // 365.25 d
      {"Pa", true, pressure, 1, 1, 3},                       // N/m2, N = kg.m/s2
      {"bar", true, pressure, 1, 1, 8},                      // 1e5 Pa
      {"atm", false, pressure, 101325, 1, 3},                // 101325 Pa
      {"m[Hg]", true, pressure, 133322, 1, 3},               // 133.3220 kPa
      {"m[H2O]", true, pressure, 980665, 1, 1},              // 980665e-5 kPa
      {"Cel", false, {{kelvin, 1}}, 1, 1, 0, 273.15, true},  // a metric one, but mCel is of no use
      {"[degF]", false, {{kelvin, 1}}, 5, 9, 0, 459.67, true},  // 5 K/9, from 459.67 below 0
      {"kat", true, {{mole, 1}, {second, -1}}},                 // mol/s
      {"U", true, {{mole, 1}, {second, -1}}, 1, 6, -7},         // umol/min
      {"g%", true, {{gram, 1}, {metre, -3}}, 1, 1, 4},          // g/dl
      {"[iU]", true, {{international_unit, 1}}},
      {"[IU]", true, {{international_unit, 1}}},
      {"[arb'U]", false, {{arbitrary_unit, 1}}},
      {"[pH]", false, {{ph, 1}}, 1, 1, 0, 0, true},
      {"%", false, {}, 1, 1, -2},
      {"[ppth]", false, {}, 1, 1, -3},
      {"[ppm]", false, {}, 1, 1, -6},
      {"[ppb]", false, {}, 1, 1, -9},
      {"[pptr]", false, {}, 1, 1, -12},
      {"10*", false, {}, 1, 1, 1},
      {"10^", false, {}, 1, 1, 1},
  };
  return all;
}

const Atom* find_atom(std::string_view symbol) {
  for (const Atom& atom : atoms()) {
    if (atom.symbol == symbol) return &atom;
  }
  return nullptr;
}

UcumUnit unit_of(const Atom& atom, int prefix_power) {
  UcumUnit unit;
  for (const Exponent& one : atom.of) {
    unit.exponents[static_cast<std::size_t>(one.base)] = one.exponent;
  }
  unit.numerator = atom.numerator;
  unit.denominator = atom.denominator;
  unit.power_of_ten = atom.power_of_ten + prefix_power;
  unit.zero = atom.zero;
  unit.is_scale = atom.is_scale;
  return unit;
}

}  // namespace

std::optional<UcumUnit> unit_of_symbol(std::string_view symbol) {
  if (const Atom* atom = find_atom(symbol)) return unit_of(*atom, 0);
  for (const Prefix& prefix : kPrefixes) {
    if (!symbol.starts_with(prefix.symbol)) continue;
    const Atom* atom = find_atom(symbol.substr(prefix.symbol.size()));
    if (atom && atom->takes_prefix) return unit_of(*atom, prefix.power_of_ten);
  }
  return {};
}

}  // namespace aicovid
