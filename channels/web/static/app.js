// What a script can make easier; the pages work without it: suggestions for kabupaten/kota, and a word before a file too large is sent.
"use strict";

function suggest(input) {
  const list = document.createElement("ul");
  list.id = `${input.id}-options`;
  list.className = "options";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Pilihan yang cocok");
  const told = document.createElement("p");
  told.className = "sr";
  told.setAttribute("role", "status");
  input.after(list, told);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) {
    input.setAttribute(name, value);
  }
  let chosen = -1, timer = 0, asked = 0;

  const options = () => [...list.children];
  const mark = (number) => {
    chosen = number;
    options().forEach((option, index) => option.setAttribute("aria-selected", String(index === chosen)));
    const option = options()[chosen];
    if (option) input.setAttribute("aria-activedescendant", option.id); else input.removeAttribute("aria-activedescendant");
  };
  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); mark(-1); };
  const take = (option) => {
    input.value = option.textContent;
    for (const pick of document.querySelectorAll("[name=regency_pick]")) { if (pick.type === "radio") pick.checked = false; else pick.remove(); }
    close();
    told.textContent = `${option.textContent} dipilih`;
  };
  const show = (found) => {
    list.replaceChildren(...found.map((place, index) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${index}`;
      option.setAttribute("role", "option");
      option.textContent = place.name;
      option.addEventListener("pointerdown", (event) => { event.preventDefault(); take(option); });
      return option;
    }));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    mark(-1);
    told.textContent = found.length ? `${found.length} pilihan` : "Tidak ada yang cocok";
  };
  const ask = async () => {
    const number = ++asked;
    const typed = input.value.trim();
    if (typed.length < 2) { close(); return; }
    try {
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(typed)}`);
      if (answer.ok && number === asked) show(await answer.json());
    } catch { close(); }  // without a connection the field is what it is without a script
  };
  input.addEventListener("input", () => {
    for (const pick of document.querySelectorAll("input[type=hidden][name=regency_pick]")) pick.remove();
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.key === "Escape") { close(); return; }
    if (list.hidden || !count) return;
    if (event.key === "ArrowDown") mark((chosen + 1) % count);
    else if (event.key === "ArrowUp") mark((chosen + count - (chosen < 0 ? 0 : 1)) % count);
    else if (event.key === "Enter" && chosen >= 0) take(options()[chosen]);
    else return;
    event.preventDefault();
  });
}

function weigh(input) {
  const told = document.createElement("p");
  told.className = "wrong";
  told.setAttribute("role", "status");
  input.after(told);
  const most = Number(input.dataset.most) * 1024 * 1024;
  const heavy = () => [...input.files].filter((file) => file.size > most).map((file) => file.name);
  const tell = () => { told.textContent = heavy().map((name) => `“${name}” lebih besar dari ${input.dataset.most} MB.`).join(" "); };
  input.addEventListener("change", tell);
  input.form.addEventListener("submit", (event) => { if (heavy().length) { event.preventDefault(); tell(); input.focus(); } });
}

for (const input of document.querySelectorAll("[data-suggest]")) suggest(input);
for (const input of document.querySelectorAll("[data-most]")) weigh(input);
