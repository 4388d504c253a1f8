#pragma once

#include <string_view>

#include <monolite/db/sql_text.h>

/// What the functions of a Table (table.h) run: the texts alone. Each struct writes one statement.
namespace monolite::db::detail {

/// The statement's own parts, then what the application wrote: its clause begins where ours ends.
template <class Head, Literal Clause>
struct WhereText {
  static constexpr void write(auto& out) {
    Head::write(out);
    if (Clause.empty()) return;
    out(" WHERE ");
    out(Clause.view());
  }
};

template <class Head, auto Member>
struct WhereMemberText {
  static constexpr void write(auto& out) {
    Head::write(out);
    out(" WHERE ");
    write_name(out, column_of<Member>());
    out(is_optional<ValueOf<Member>> ? " IS ?" : " = ?");  // nothing equals NULL
  }
};

template <class Head, Literal Key>
struct WhereKeyText {
  static constexpr void write(auto& out) {
    Head::write(out);
    out(" WHERE ");
    write_name(out, Key.view());
    out(" = ?");
  }
};

template <class T, Literal Name>
struct SelectText {
  static constexpr void write(auto& out) {
    out("SELECT ");
    write_names<MembersOf<T>>(out);
    out(" FROM ");
    write_name(out, Name.view());
  }
};

template <Literal Name>
struct CountText {
  static constexpr void write(auto& out) {
    out("SELECT count(*) FROM ");
    write_name(out, Name.view());
  }
};

template <Literal Name>
struct SelectOneText {
  static constexpr void write(auto& out) {
    out("SELECT 1 FROM ");
    write_name(out, Name.view());
  }
};

/// `SELECT EXISTS (…)`: one row whatever is there, and the search ends with the first hit.
template <class Query>
struct ExistsText {
  static constexpr void write(auto& out) {
    out("SELECT EXISTS (");
    Query::write(out);
    out(")");
  }
};

template <Literal Name>
struct DeleteText {
  static constexpr void write(auto& out) {
    out("DELETE FROM ");
    write_name(out, Name.view());
  }
};

/// `Rows` rows of the members in `Columns` at once.
template <class Columns, Literal Name, std::size_t Rows>
struct InsertText {
  static constexpr void write(auto& out) {
    out("INSERT INTO ");
    write_name(out, Name.view());
    out(" (");
    write_names<Columns>(out);
    out(") VALUES ");
    for (std::size_t row = 0; row < Rows; ++row) {
      out(row == 0 ? "(" : ", (");
      for (std::size_t i = 0; i < boost::mp11::mp_size<Columns>::value; ++i) out(i == 0 ? "?" : ", ?");
      out(")");
    }
  }
};

/// Behind `Head` an `ON CONFLICT …` of the application.
template <class Head, Literal Clause>
struct OnConflictText {
  static constexpr void write(auto& out) {
    Head::write(out);
    if (Clause.empty()) return;
    out(" ");
    out(Clause.view());
  }
};

template <class Head, Literal Key>
struct ReturningText {
  static constexpr void write(auto& out) {
    Head::write(out);
    out(" RETURNING ");
    write_name(out, Key.view());
  }
};

template <class Columns, Literal Name>
struct UpdateText {
  static constexpr void write(auto& out) {
    out("UPDATE ");
    write_name(out, Name.view());
    out(" SET ");
    write_names<Columns>(out, " = ?");
  }
};

template <auto Member, Literal Name>
struct SetText {
  static constexpr void write(auto& out) {
    out("UPDATE ");
    write_name(out, Name.view());
    out(" SET ");
    write_name(out, column_of<Member>());
    out(" = ?");
  }
};

template <auto Member, Literal Name>
struct IncrementText {
  static constexpr void write(auto& out) {
    out("UPDATE ");
    write_name(out, Name.view());
    out(" SET ");
    write_name(out, column_of<Member>());
    out(" = coalesce(");
    write_name(out, column_of<Member>());
    out(", 0) + ?");
  }
};

}  // namespace monolite::db::detail
